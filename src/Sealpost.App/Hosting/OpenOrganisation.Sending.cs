using Sealpost.Campaigns;
using Sealpost.Campaigns.Destinations;
using Sealpost.Campaigns.Pickup;
using Sealpost.Campaigns.TlsReports;
using Sealpost.Delivery;
using Sealpost.Delivery.DomainReports;
using Sealpost.Delivery.Domains;
using Sealpost.Delivery.MtaSts;
using Sealpost.Organisations;
using Sealpost.Trust.Agreements;

namespace Sealpost.App.Hosting;

/// <content>Sending: what campaigns need, opened once per process.</content>
internal sealed partial class OpenOrganisation
{
    /// <summary>What campaigns need besides the organisation.</summary>
    public SendOptions SendOptions()
    {
        var delivery = Delivery;
        return new SendOptions
        {
            Delivery = delivery,
            Connect = Connect(delivery),
            Policy = PolicyAsync,
            Accepted = Shards.NoteAcceptedAsync,
            Transport = TransportAsync,
            Hold = _installation.Restored.Hold,
            Barred = () => Barred,
            Reach = token => Probe.AskAsync(anew: false, token),
            CountClicks = OrganisationSettings.CountClicks(Settings),
            ComplaintLimit = OrganisationSettings.ComplaintLimit(Settings) ?? Sealpost.Campaigns.Returned.ComplaintCount.DefaultLimit,
            Pacing = OrganisationSettings.Pacing(Settings),
            PaceRoute = (host, question, cancellationToken) => Shards.AskPace(host, question, cancellationToken),
            PaceOpened = here => Shards.PaceHere = here,
            Pickup = new PickupRules
            {
                PublicName = OrganisationSettings.PublicName(Settings),
                ValidFor = TimeSpan.FromDays(OrganisationSettings.PickupDays(Settings) ?? 14),
                RemindBefore = OrganisationSettings.PickupReminder(Settings),
                CodeWebhook = OrganisationSettings.CodeWebhook(Settings),
                ReplyInbox = OrganisationSettings.ReplyInbox(Settings),
            },
            Smime = _smime,
            JournalFolder = Path.Combine(_installation.Folder.Journal, Context.Organisation.Id.ToString()),
        };
    }

    /// <summary>Receiving hosts as they are paced at this moment; null while nothing was sent since the start.</summary>
    public Func<HostPaces>? PresentPaces => _sending is { } sending ? sending.Paces : null;

    /// <summary>Work in the background that failed the last time it was due.</summary>
    public IReadOnlyList<FailedWork> Failing =>
        [.. new[] { _keeping?.Failed, _reporting?.Failed, _reminding?.Failed, _replies?.Failed }.OfType<FailedWork>()];

    /// <summary>Whether DNSSEC works here; null where mail goes to stated hosts alone.</summary>
    public async Task<DnssecStatus?> DnssecAsync(CancellationToken cancellationToken)
    {
        var delivery = Delivery;
        return delivery.Via is null && delivery.Routes.ContainsKey("*") ? null : await Connect(delivery).DnssecAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>MTA-STS policies of receiving domains that end soon because they cannot be refreshed, as far as this process has tried.</summary>
    public Task<IReadOnlyList<EndingPolicy>> EndingPoliciesAsync(CancellationToken cancellationToken) => _policies.EndingAsync(_installation.Time.GetUtcNow(), cancellationToken);

    private ConnectDestination Connect(DeliveryOptions delivery) => new(delivery, _policies, _installation.Time) { Attempted = _tally.Add };

    /// <summary>What is told to receiving domains, forecasts' sessions included: RFC 8460 §4.3 counts connections, not messages.</summary>
    private SendTlsReports TlsReports => new(Context, _tally, ReportWays);

    private ReportWays ReportWays()
    {
        var delivery = Delivery;
        return new ReportWays(Connect(delivery), new AskDns(delivery.DnsServer), new HttpsPages(delivery, _installation.Time, PublicAddress.Is), _dkim, PublicName);
    }

    /// <summary>A campaign's evidence, signed with the ledger's key.</summary>
    public Reports.ExportEvidence Evidence() => new(Context, _installation.LedgerKey);

    /// <summary>Campaigns as people write, check and approve them.</summary>
    public CampaignDesk Desk() => new(Context, SendOptions()) { MayLook = !IsDemoWithoutMailbox, Scheduled = ArmAsync };

    /// <summary>Why a scheduled campaign whose time has come does not start; null where nothing is known to stand against it.</summary>
    public MissedStart? Missed(long campaign) => _sending?.Missed(campaign);

    /// <summary>Sending; opened once per process, which puts what a crash left in flight into doubt.</summary>
    public async Task<SendCampaign> SendingAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _keeping ??= new KeepStsPolicies(() => Connect(Delivery), _installation.Log.CreateLogger<KeepStsPolicies>(), _installation.Time);
            _reporting ??= new KeepTlsReports(
                TlsReports,
                () => OrganisationSettings.TlsReports(Settings) && !HoldsDemoData && !IsDemoWithoutMailbox,
                _installation.Log.CreateLogger<KeepTlsReports>(),
                _installation.Time);
            _replies ??= new ReplyDelivery(() => new Sealpost.ForPatients.DeliverReplies(Context, SendOptions()), _installation.Log.CreateLogger<ReplyDelivery>(), _installation.Time);
            var sending = _sending ??= await SendCampaign.OpenAsync(Context, SendOptions(), takeOver: true, _installation.Log.CreateLogger<SendCampaign>(), cancellationToken).ConfigureAwait(false);
            _reminding ??= new KeepReminding(sending.RemindAsync, _installation.Log.CreateLogger<KeepReminding>(), _installation.Time);
            return sending;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>A patient replied: do not wait until the next look.</summary>
    public async Task DeliverRepliesAsync(CancellationToken cancellationToken)
    {
        await SendingAsync(cancellationToken).ConfigureAwait(false);
        _replies?.Wake();
    }

    /// <summary>Lets sending go on after a hold has ended.</summary>
    public async Task<int> GoOnAsync(CancellationToken cancellationToken)
    {
        var sending = await SendingAsync(cancellationToken).ConfigureAwait(false);
        sending.UseOptions(SendOptions());
        RulesChanged();
        return await sending.ResumeAllAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells a running campaign that something every decision looks at has changed.</summary>
    public void RulesChanged() => _sending?.RulesChanged();

    private async Task ArmAsync(long campaign, CancellationToken cancellationToken) =>
        (await SendingAsync(cancellationToken).ConfigureAwait(false)).Arm(campaign);

    private async Task<TransportGate> TransportAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var agreements = await AgreementRegister.ListAsync(Context.Organisation.Id, connection, cancellationToken).ConfigureAwait(false);
        var risks = await RiskAcceptances.ListAsync(Context.Organisation.Id, connection, cancellationToken).ConfigureAwait(false);
        return new TransportGate(agreements, [.. risks.Where(risk => risk.WithdrawnAt is null)]);
    }
}
