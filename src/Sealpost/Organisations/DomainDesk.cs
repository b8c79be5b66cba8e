using Sealpost.Delivery;
using Sealpost.Delivery.Domains;
using Sealpost.People;

namespace Sealpost.Organisations;

/// <summary>What administrators do about the sender domain: look at it from outside, see what to publish, change its keys.</summary>
internal sealed class DomainDesk
{
    private const Roles Readers = Roles.Administrator | Roles.Compliance | Roles.Auditor;

    private readonly OrganisationContext _context;
    private readonly DeliveryOptions _delivery;
    private readonly SenderDomain _domain;
    private readonly PublicUrlProbe _probe;

    /// <summary>Creates it.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="delivery">How mail leaves.</param>
    /// <param name="domain">What the domain is to look like.</param>
    /// <param name="probe">Asks the public URL.</param>
    public DomainDesk(OrganisationContext context, DeliveryOptions delivery, SenderDomain domain, PublicUrlProbe probe) =>
        (_context, _delivery, _domain, _probe) = (context, delivery, domain, probe);

    /// <summary>Port of MTA-STS policy pages.</summary>
    /// <value>Default 443.</value>
    public int PolicyPort { get; init; } = 443;

    private DkimRotation Rotation => new(_context, _delivery.GiveUpAfter);

    /// <summary>Checks the domain and the public URL. Sends no mail.</summary>
    public async Task<DomainReport> CheckAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Readers, "check the sender domain");
        using var check = new CheckDomain(_delivery, _context.Time) { PolicyPort = PolicyPort };
        var report = await check.RunAsync(_domain, cancellationToken).ConfigureAwait(false);
        var reach = await _probe.AskAsync(anew: true, cancellationToken).ConfigureAwait(false);
        var keys = await Rotation.ReadAsync(cancellationToken).ConfigureAwait(false);
        return report with { Findings = [.. report.Findings, .. KeysOf(keys), ReachOf(reach)] };
    }

    /// <summary>Where a change of keys stands.</summary>
    public Task<DkimStanding> KeysAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Readers, "see signing keys");
        return Rotation.ReadAsync(cancellationToken);
    }

    /// <summary>Makes the next signing keys and returns what to publish.</summary>
    public Task<IReadOnlyList<ZoneRecord>> PrepareKeysAsync(Actor actor, CancellationToken cancellationToken) => Rotation.PrepareAsync(actor, cancellationToken);

    /// <summary>Signs with the next keys from now on; the caller keeps them.</summary>
    public Task<DkimKeys> UseKeysAsync(DkimKeys used, Actor actor, CancellationToken cancellationToken) => Rotation.UseAsync(used, new AskDns(_delivery.DnsServer), actor, cancellationToken);

    private IEnumerable<DomainFinding> KeysOf(DkimStanding keys)
    {
        if (keys.Next.Count > 0)
            yield return new DomainFinding("DKIM", DomainStanding.Advice, "New keys wait to be published; the old ones sign until then.", "Publish these, then run `sealpost domain rotate` again.") { Publish = keys.Next };
        foreach (var past in keys.Past)
        {
            yield return past.KeepUntil > _context.Time.GetUtcNow()
                ? new DomainFinding("DKIM", DomainStanding.Good, $"{past.Name} signed before; keep it published until {past.KeepUntil:yyyy-MM-dd}.")
                : new DomainFinding("DKIM", DomainStanding.Advice, $"{past.Name} signed before and is of no more use.", "Remove it from DNS.");
        }
    }

    private static DomainFinding ReachOf(Reachability reach) => reach.IsReachable
        ? new DomainFinding("Public URL", DomainStanding.Good, reach.Says)
        : new DomainFinding("Public URL", DomainStanding.Wrong, reach.Says, "Commercial mail and requests for donations are refused until they do. Run `sealpost serve` behind that address; where this machine cannot reach it by its name, say where with `sealpost org set public-route`.");
}
