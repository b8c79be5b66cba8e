using MemoryPack;

namespace Sealpost.Patients;

/// <summary>One resource, mapped, on its way to its patient's chart.</summary>
[MemoryPackable]
internal sealed partial record ImportedRecord
{
    /// <summary><c>Patient/123</c>, or <c>identifier|system|value</c>.</summary>
    public string Patient { get; init; } = "";

    /// <summary>For a CSV row, the look-up keys (<c>kind|value</c>) in the order they are tried.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    public string Type { get; init; } = "";

    /// <summary>Source id of the resource, <c>Observation/abc</c>.</summary>
    public string Id { get; init; } = "";

    public int File { get; init; }

    public long Line { get; init; }

    /// <summary>Place within a bundle.</summary>
    public int Entry { get; init; }

    /// <summary><c>meta.lastUpdated</c> in Unix milliseconds; 0 where absent.</summary>
    public long LastUpdated { get; init; }

    /// <summary>The head, for a Patient.</summary>
    public ChartHead? Head { get; init; }

    /// <summary>The source says outright that the patient is alive, which undoes an earlier record of death.</summary>
    public bool SaysAlive { get; init; }

    /// <summary>The related person, for a RelatedPerson; null where it is no longer one.</summary>
    public RelatedPerson? Related { get; init; }

    /// <summary>The facts; an observation's components are facts of their own.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>A Medication or Organization that the first fact still needs.</summary>
    public string? Pending { get; init; }

    /// <summary>Order in which records of one resource supersede each other.</summary>
    [MemoryPackIgnore]
    public (long, int, long, int) Order => (LastUpdated, File, Line, Entry);

    public override string ToString() => "[phi]";
}
