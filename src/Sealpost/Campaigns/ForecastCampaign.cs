using Sealpost.Campaigns.Destinations;
using Sealpost.Certificates;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;

namespace Sealpost.Campaigns;

/// <summary>Decides and renders the whole audience as if the campaign were sent now, without sending or keeping anything of it.</summary>
internal sealed class ForecastCampaign(OrganisationContext context, SendOptions options)
{
    private readonly Dictionary<WithholdReason, (string Citation, long Count)> _withheld = [];
    private readonly SortedDictionary<string, long> _missing = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Domain, PatientWays Ways), long> _lawful = [];
    private readonly FindCertificate? _certificates = options.Smime is { } smime ? new FindCertificate(context, smime) : null;

    /// <param name="prepared">The campaign.</param>
    /// <param name="asOf">Today of audience and message.</param>
    /// <param name="look">Look at mail hosts not seen lately; else only what is known counts.</param>
    /// <param name="progress">Told how far the look is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CampaignForecast> RunAsync(PreparedCampaign prepared, DateOnly asOf, bool look, IProgress<ProbeProgress>? progress, CancellationToken cancellationToken)
    {
        var register = await options.Transport(cancellationToken).ConfigureAwait(false);
        var gate = new ConsentGate(await options.Policy(cancellationToken).ConfigureAwait(false));
        var certified = _certificates is null ? [] : await _certificates.AllAsync(cancellationToken).ConfigureAwait(false);
        var audience = await CampaignAudience.ListAsync(context, prepared, asOf, cancellationToken).ConfigureAwait(false);
        await foreach (var page in OpenPatients.PagesAsync(context, audience, 0, cancellationToken).ConfigureAwait(false))
        {
            foreach (var patient in page)
                await LookAsync(prepared, gate, register, patient, asOf, certified.Contains(patient.Number), cancellationToken).ConfigureAwait(false);
        }

        var probe = new ProbeDestinations(context, options.Connect, new DestinationStore(context));
        var domains = _lawful.Keys.Select(key => key.Domain).Distinct(StringComparer.Ordinal).ToList();
        var probes = look
            ? await probe.RunAsync(domains, progress, cancellationToken).ConfigureAwait(false)
            : await probe.KnownAsync(domains, cancellationToken).ConfigureAwait(false);
        var ways = new ForecastWays(register, prepared.Basis.Class, context.Today) { HasFiles = prepared.HasFiles };
        foreach (var ((domain, open), count) in _lawful)
            ways.Add(probes.GetValueOrDefault(domain), open, count);
        return ways.Into(new CampaignForecast
        {
            Selected = audience.Count,
            Lawful = _lawful.Values.Sum(),
            Withheld = [.. _withheld.OrderByDescending(pair => pair.Value.Count).Select(pair => new ReasonCount(pair.Key, pair.Value.Citation, pair.Value.Count))],
            MissingValues = [.. _missing.Select(pair => new FieldCount(pair.Key, pair.Value))],
            Class = prepared.Basis.Class,
            Files = prepared.Campaign.Content.Files.Count,
            MinimumTier = prepared.HasFiles ? null : MinimumTier(prepared.Basis.Class),
            Tiers = [],
            Domains = domains.Count,
            NotEvaluated = [.. ConsentGate.NotEvaluatedFor(prepared.Campaign.Content.Purpose).Select(gate => new GateNote(gate.Gate, gate.Meaning))],
        });
    }

    /// <summary>Decides one patient.</summary>
    private async Task LookAsync(PreparedCampaign prepared, ConsentGate gate, TransportGate register, OpenPatient patient, DateOnly asOf, bool certified, CancellationToken cancellationToken)
    {
        switch (OpenPatients.Decide(gate, prepared.Basis, patient, GateMoment.Selection, context.Time.GetUtcNow()))
        {
            case ConsentDecision.Permit permit:
                var footer = SenderFooters.ForPreview(context.Organisation);
                if (RenderMessage.Preview(prepared.Template, patient.Chart!, footer, asOf).MissingField is { } field)
                    _missing[field] = _missing.GetValueOrDefault(field) + 1;
                var mailbox = permit.Address.Open();
                var offersPickup = options.Pickup.FactorsFor(prepared.Basis.Class, patient.Chart!.Head, register, context.Today).Count > 0;
                // No authority is asked: a forecast tells nobody whom we might write to.
                var hasCertificate = certified && await _certificates!.IsLikelyAsync(patient.Chart!, patient.State, mailbox, cancellationToken).ConfigureAwait(false);
                var wish = UnencryptedWish.For(patient.State, mailbox, prepared.Basis.Purpose);
                var key = (EmailAddress.DomainOf(mailbox), new PatientWays(wish is not null, hasCertificate, offersPickup));
                _lawful[key] = _lawful.GetValueOrDefault(key) + 1;
                break;
            case ConsentDecision.Withhold withhold:
                var (_, count) = _withheld.GetValueOrDefault(withhold.Reason);
                _withheld[withhold.Reason] = (withhold.Citation, count + 1);
                break;
        }
    }

    internal static Tier? MinimumTier(MessageClass messageClass) => messageClass switch
    {
        MessageClass.N0 or MessageClass.N1 => Tier.T2,
        MessageClass.N2 => Tier.T3,
        _ => null,
    };
}

/// <summary>Ways that are open to a patient besides a host whose protection suffices, in the order in which they are taken.</summary>
/// <param name="HasWish">Wants the mail although a third party might read it; TLS to any host suffices up to class N2. 78 FR 5566, 5634.</param>
/// <param name="HasCertificate">It can be sealed to the patient's own certificate.</param>
/// <param name="OffersPickup">It can wait on our page.</param>
internal readonly record struct PatientWays(bool HasWish, bool HasCertificate, bool OffersPickup);

/// <summary>Sums up by which way lawful messages would leave, as <see cref="MessagePath"/> decides it: the transport gate, then the notice.</summary>
internal sealed class ForecastWays(TransportGate gate, MessageClass messageClass, DateOnly today)
{
    private readonly SortedDictionary<Tier, long> _leaving = [];
    private readonly SortedDictionary<string, long> _tiers = new(StringComparer.Ordinal);
    private readonly Dictionary<WithholdReason, long> _noWay = [];
    private long _pickup;
    private long _takesNoMail;
    private long _unreachable;
    private long _notLookedAt;
    private long _oldest = long.MaxValue;

    /// <summary>The campaign carries files: nothing but the notice is mailed.</summary>
    public bool HasFiles { get; init; }

    public void Add(HostProbe? probe, PatientWays open, long patients)
    {
        var seen = probe?.Observed();
        var tier = seen?.Tier.ToString() ?? "unknown";
        _tiers[tier] = _tiers.GetValueOrDefault(tier) + patients;
        if (probe is not null)
            _oldest = Math.Min(_oldest, probe.At);
        switch (probe?.End)
        {
            case null:
                _notLookedAt += patients;
                break;
            case ProbeEnd.Unreachable:
                _unreachable += patients;
                break;
            case ProbeEnd.TakesNoMail:
                _takesNoMail += patients;
                break;
            case ProbeEnd.NoTls:
                AddUnverified(probe, open, patients);
                break;
            default:
                AddConnected(seen!, open, patients);
                break;
        }
    }

    public CampaignForecast Into(CampaignForecast forecast) => forecast with
    {
        Tiers = [.. _tiers.Select(pair => new TierCount(pair.Key, pair.Value))],
        Leaving = [.. _leaving.Select(pair => new TierCount(pair.Key.ToString(), pair.Value))],
        Pickup = _pickup,
        NoWay = [.. _noWay.OrderByDescending(pair => pair.Value).Select(pair => new ReasonCount(pair.Key, pair.Key == WithholdReason.NoAgreement ? "45 CFR 164.504(e)" : "45 CFR 164.312(e)", pair.Value))],
        TakesNoMail = _takesNoMail,
        Unreachable = _unreachable,
        NotLookedAt = _notLookedAt,
        OldestLookAt = _oldest == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(_oldest),
    };

    private void AddConnected(TransportObservation seen, PatientWays open, long patients)
    {
        var decision = HasFiles
            ? new TransportDecision.Withhold(WithholdReason.FilesNotMailed, "")
            : gate.Decide(messageClass, seen, open.HasWish ? new TransportAllowance.PatientsWish(0) : TransportAllowance.None, today);
        if (decision is not TransportDecision.Withhold withhold)
            Leave(seen.Tier, patients);
        else if (withhold.Reason is not (WithholdReason.TierTooLow or WithholdReason.Sensitive or WithholdReason.FilesNotMailed))
            Stay(withhold.Reason, patients);
        else if (open.HasCertificate && !HasFiles && gate.Decide(messageClass, seen, new TransportAllowance.Sealed("forecast"), today) is TransportDecision.Permit)
            Leave(Tier.T5, patients);
        else if (open.OffersPickup && gate.DecideNotice(seen, today) is TransportDecision.Permit)
            _pickup += patients;
        else
            Stay(withhold.Reason, patients);
    }

    /// <summary>TLS to a host that nobody vouches for suffices for what the patient wants all the same, for what is sealed, and for a notice; none at all for nothing.</summary>
    private void AddUnverified(HostProbe probe, PatientWays open, long patients)
    {
        var offersTls = probe.Reason is WithholdReason.CertificateExpired or WithholdReason.CertificateUntrusted or WithholdReason.CertificateNameMismatch or WithholdReason.TierTooLow;
        if (offersTls && open.HasWish && messageClass < MessageClass.N3 && !HasFiles)
            Leave(Tier.T1, patients);
        else if (offersTls && open.HasCertificate && !HasFiles)
            Leave(Tier.T5, patients);
        else if (offersTls && open.OffersPickup)
            _pickup += patients;
        else
            Stay(probe.Reason, patients);
    }

    private void Leave(Tier tier, long patients) => _leaving[tier] = _leaving.GetValueOrDefault(tier) + patients;

    private void Stay(WithholdReason reason, long patients) => _noWay[reason] = _noWay.GetValueOrDefault(reason) + patients;
}
