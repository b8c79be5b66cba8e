using System.Collections.Frozen;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>What was found about one patient so far.</summary>
internal sealed class ConsentParts(Chart chart, KeyRing keys)
{
    // Of most patients nothing is found: what they have none of takes no room.
    private Dictionary<long, Suppression>? _suppressions;
    private Dictionary<long, Restriction>? _restrictions;
    private List<MarketingAuthorization>? _authorizations;
    private List<DateTimeOffset>? _messages;
    private HashSet<long>? _reopened;
    private HashSet<string>? _shared;
    private Dictionary<string, string?>? _keys;
    private long _sequence = -1;

    /// <summary>Who.</summary>
    public PatientNumber Patient => chart.Number;

    /// <summary>Newest first.</summary>
    public List<MarketingAuthorization> Authorizations => _authorizations ??= [];

    /// <summary>Newest first.</summary>
    public List<DateTimeOffset> Messages => _messages ??= new(1);

    /// <summary>Opt-outs that this patient took back.</summary>
    public HashSet<long> Reopened => _reopened ??= [];

    /// <summary>Mailboxes another patient has too.</summary>
    public HashSet<string> Shared => _shared ??= new(StringComparer.Ordinal);

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
        (_suppressions ??= []).TryAdd(row.Entry, new Suppression(row.Scope, row.Source, row.RecordedAt) { Address = row.Blind is null ? null : MailboxOf(row.Blind) });

    /// <summary>Adds a restriction.</summary>
    public void Restrict(Restriction restriction) => (_restrictions ??= []).TryAdd(restriction.Id, restriction);

    /// <summary>The state; its version is that of the newest change that touches the patient, from 1, and 0 where there is none.</summary>
    public ConsentState ToState(long attestationSequence) => new()
    {
        Patient = Patient,
        Version = Math.Max(_sequence, attestationSequence) + 1,
        Authorizations = _authorizations is null ? [] : _authorizations,
        Suppressions = _suppressions is null ? [] : [.. _suppressions.Values],
        Restrictions = _restrictions is null ? [] : [.. _restrictions.Values],
        SharedAddresses = _shared is null ? FrozenSet<string>.Empty : _shared,
        RecentMessages = _messages is null ? [] : _messages,
    };
}
