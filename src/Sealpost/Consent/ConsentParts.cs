using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>What was found about one patient so far.</summary>
internal sealed class ConsentParts(Chart chart, KeyRing keys)
{
    private readonly Dictionary<long, Suppression> _suppressions = [];
    private readonly Dictionary<long, Restriction> _restrictions = [];
    private Dictionary<string, string?>? _keys;
    private long _sequence = -1;

    /// <summary>Who.</summary>
    public PatientNumber Patient => chart.Number;

    /// <summary>Newest first.</summary>
    public List<MarketingAuthorization> Authorizations { get; } = [];

    /// <summary>Newest first.</summary>
    public List<DateTimeOffset> Messages { get; } = [];

    /// <summary>Opt-outs that this patient took back.</summary>
    public HashSet<long> Reopened { get; } = [];

    /// <summary>Mailboxes another patient has too.</summary>
    public HashSet<string> Shared { get; } = new(StringComparer.Ordinal);

    /// <summary>The chart's own keys: blind index to mailbox, or to null for a source id or an identifier within its system. A bare value names nobody.</summary>
    private Dictionary<string, string?> Keys => _keys ??= LookupKey.Of(chart.Head)
        .Where(key => key.Kind is "email" or "source" or "identifier")
        .ToDictionary(key => Convert.ToHexString(ConsentTables.BlindOf(keys, key.Kind, key.Value)), key => key.Kind == "email" ? key.Value : null);

    /// <summary>The mailbox behind a blind index, where it is one of this chart.</summary>
    public string? MailboxOf(string blind) => Keys.GetValueOrDefault(blind);

    /// <summary>Whether an entry found by a blind index is about this patient: an opt-out by mailbox or identity, a restriction by identity alone, since a household may share a mailbox.</summary>
    public bool Accepts(EntryRow row) =>
        Keys.TryGetValue(row.Blind!, out var mailbox)
        && (row.Kind == ConsentTables.SuppressionKind || mailbox is null);

    /// <summary>Notes that a change of this sequence touches the patient.</summary>
    public void Touch(long sequence) => _sequence = Math.Max(_sequence, sequence);

    /// <summary>Adds a suppression; one that stands on the patient stays so, whatever mailbox it is found by as well.</summary>
    public void Suppress(EntryRow row) =>
        _suppressions.TryAdd(row.Entry, new Suppression(row.Scope, row.Source, row.RecordedAt) { Address = row.Blind is null ? null : MailboxOf(row.Blind) });

    /// <summary>Adds a restriction.</summary>
    public void Restrict(Restriction restriction) => _restrictions.TryAdd(restriction.Id, restriction);

    /// <summary>The state; its version is that of the newest change that touches the patient, from 1, and 0 where there is none.</summary>
    public ConsentState ToState(long attestationSequence) => new()
    {
        Patient = Patient,
        Version = Math.Max(_sequence, attestationSequence) + 1,
        Authorizations = Authorizations.Count == 0 ? [] : Authorizations,
        Suppressions = _suppressions.Count == 0 ? [] : [.. _suppressions.Values],
        Restrictions = _restrictions.Count == 0 ? [] : [.. _restrictions.Values],
        SharedAddresses = Shared,
        RecentMessages = Messages.Count == 0 ? [] : Messages,
    };
}
