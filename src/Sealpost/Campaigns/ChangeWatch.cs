using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>Tells whether a patient's chart or consent changed since it was read: one counter for every 65,536th patient, so a compare costs nothing and memory stays flat.</summary>
/// <remarks>Counters are shared, so a change of another patient may look like one: that patient is then decided anew, never the other way round.</remarks>
internal sealed class ChangeWatch
{
    private readonly long[] _stamps = new long[PatientNumber.ShardSize];
    private long _everyone;

    /// <summary>The stamp now. Read it before reading the patient.</summary>
    public long Stamp(PatientNumber patient) =>
        unchecked(Volatile.Read(ref _stamps[patient.Ordinal]) + Volatile.Read(ref _everyone));

    /// <summary>Patients changed; call after the commit, before the change is reported done.</summary>
    public void Note(IReadOnlyCollection<PatientNumber> patients)
    {
        foreach (var patient in patients)
            Note(patient);
    }

    /// <summary>One patient changed.</summary>
    public void Note(PatientNumber patient) => Interlocked.Increment(ref _stamps[patient.Ordinal]);

    /// <summary>Something changed that every decision looks at (policy, attested source).</summary>
    public void NoteEveryone() => Interlocked.Increment(ref _everyone);
}
