using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Consent states of a shard's patients, for readers that must not wait. One writer at a time.</summary>
/// <remarks>
/// Most patients have no record but a version and perhaps one recent message: those are kept as numbers. A writer puts the version
/// last and a reader takes it first, so a reader may see a state newer than its version (and decide anew) but never an older one.
/// </remarks>
internal sealed class ConsentTable
{
    private readonly long[] _versions = new long[PatientNumber.ShardSize];
    private readonly ConsentState?[] _states = new ConsentState?[PatientNumber.ShardSize];
    private readonly long[] _recent = new long[PatientNumber.ShardSize];

    /// <summary>Stands for a patient that is not there (any more).</summary>
    public const long Absent = 0;

    private const int StoredBits = 40;
    private const long StoredMask = (1L << StoredBits) - 1;

    /// <summary>Bytes held by the columns.</summary>
    public static long Size => PatientNumber.ShardSize * (8L + 8 + 8);

    /// <summary>The version alone, as is compared before DATA.</summary>
    public long Version(PatientNumber patient) => Volatile.Read(ref _versions[patient.Ordinal]);

    /// <summary>The state under its version; null for a patient that is not there.</summary>
    public ConsentState? State(PatientNumber patient)
    {
        var version = Volatile.Read(ref _versions[patient.Ordinal]);
        if (version == Absent)
            return null;
        if (Volatile.Read(ref _states[patient.Ordinal]) is { } state)
            return state with { Version = version };
        var recent = Volatile.Read(ref _recent[patient.Ordinal]);
        return new ConsentState
        {
            Patient = patient,
            Version = version,
            RecentMessages = recent == 0 ? [] : [new DateTimeOffset(recent, TimeSpan.Zero)],
        };
    }

    /// <summary>Puts a state. Its version here also grows whenever the patient's chart is read anew, since the decision looks at the chart's head too.</summary>
    public void Set(ConsentState state)
    {
        var ordinal = state.Patient.Ordinal;
        var isPlain = state is { Authorizations.Count: 0, Suppressions.Count: 0, Restrictions.Count: 0, SharedAddresses.Count: 0, RecentMessages.Count: <= 1 };
        Volatile.Write(ref _recent[ordinal], isPlain && state.RecentMessages.Count == 1 ? state.RecentMessages[0].UtcTicks : 0);
        Volatile.Write(ref _states[ordinal], isPlain ? null : state);
        Volatile.Write(ref _versions[ordinal], Next(ordinal, state.Version));
    }

    /// <summary>Adds an accepted message to a patient who is there.</summary>
    public void NoteMessage(PatientNumber patient, DateTimeOffset at)
    {
        if (State(patient) is not { } state || state.RecentMessages.Contains(at))
            return;
        // The stored version is the same; it grows by the change alone.
        Set(state with { Version = StoredOf(state.Version), RecentMessages = [at, .. state.RecentMessages] });
    }

    /// <summary>Removes a patient who was erased.</summary>
    public void Remove(PatientNumber patient)
    {
        Volatile.Write(ref _versions[patient.Ordinal], Absent);
        Volatile.Write(ref _states[patient.Ordinal], null);
        Volatile.Write(ref _recent[patient.Ordinal], 0);
    }

    /// <summary>The store's version within one of this table.</summary>
    public static long StoredOf(long version) => unchecked((version - 1) & StoredMask);

    /// <summary>The store's version with the count of changes seen above it; 1 more, so that it is never <see cref="Absent"/>.</summary>
    private long Next(int ordinal, long stored)
    {
        var former = _versions[ordinal];
        var changes = former == Absent ? 0 : (former >>> StoredBits) + 1;
        return unchecked(stored + 1 + (changes << StoredBits));
    }
}
