using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Delivery.Domains;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <content>The sender domain: where mail goes, by which keys it is signed, and whether the links in it work.</content>
internal sealed partial class OpenOrganisation
{
    /// <summary>Delivery as a demo or test states it, in place of the settings. Trusted for this process only.</summary>
    public DeliveryOptions? DeliveryOverride { get; set; }

    /// <summary>Where a demo answers what the public URL would. For this process only.</summary>
    public void AnswerPublicUrlAt(Uri route)
    {
        _publicRoute = route;
        Volatile.Write(ref _probe, null);
    }

    public DeliveryOptions Delivery => DeliveryOverride ?? OrganisationSettings.Delivery(Context.Organisation.Domain, Settings);

    /// <summary>Asks whether unsubscribe links work, and remembers the answer.</summary>
    public PublicUrlProbe Probe
    {
        get
        {
            if (Volatile.Read(ref _probe) is { } probe)
                return probe;
            var made = new PublicUrlProbe(Context, Delivery, _publicRoute ?? OrganisationSettings.PublicRoute(Settings));
            if (Interlocked.CompareExchange(ref _probe, made, null) is not { } first)
                return made;
            made.Dispose();
            return first;
        }
    }

    /// <summary>What the sender domain is to look like from outside.</summary>
    public SenderDomain SenderDomain => new()
    {
        Domain = Context.Organisation.Domain,
        HeloName = Delivery.HeloName,
        Addresses = OrganisationSettings.SendsFrom(Settings),
        Dkim = _dkim.DnsRecords,
        HasRelay = Delivery.Via is not null,
        ReturnHost = OrganisationSettings.BounceHost(Settings),
    };

    /// <summary>What administrators do about the sender domain.</summary>
    public DomainDesk Domain => new(Context, Delivery, SenderDomain, Probe);

    /// <summary>Signs with the next keys once DNS shows them; messages under way end under the old ones.</summary>
    public async Task UseNextDkimAsync(Actor actor, CancellationToken cancellationToken)
    {
        var next = await Domain.UseKeysAsync(_dkim, actor, cancellationToken).ConfigureAwait(false);
        Context.Sign.UseKeys(next);
        _retired.Add(_dkim);
        _dkim = next;
    }
}
