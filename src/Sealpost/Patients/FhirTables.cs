using System.Collections.Concurrent;

namespace Sealpost.Patients;

/// <summary>What records of one import refer to across files: medications, payers, links between patients.</summary>
internal sealed class FhirTables
{
    // Bounds memory (about 200 bytes an entry); an export with more distinct medications than that repeats them by code.
    private const int MaxEntries = 500_000;

    private readonly ConcurrentDictionary<string, MedicationCodes> _medications = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _organizations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _survivors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _survived = new(StringComparer.Ordinal);

    /// <summary>Survivor by record merged away, as either side stated it.</summary>
    public IReadOnlyDictionary<string, string> Survivors => _survivors;

    /// <summary>Whether another record was merged into this one.</summary>
    public bool IsSurvivor(string patient) => _survived.ContainsKey(patient);

    public bool IsLinked(string patient) => _survived.ContainsKey(patient) || _survivors.ContainsKey(patient);

    public void Add(string id, MedicationCodes medication) => Add(_medications, id, medication);

    public void AddOrganization(string id, string name) => Add(_organizations, id, name);

    public void AddLink(string mergedAway, string survivor)
    {
        if (string.Equals(mergedAway, survivor, StringComparison.Ordinal))
            return;
        _survivors[mergedAway] = survivor;
        _survived[survivor] = true;
    }

    public MedicationCodes? Medication(string id) => _medications.GetValueOrDefault(id);

    public string? Organization(string id) => _organizations.GetValueOrDefault(id);

    private static void Add<T>(ConcurrentDictionary<string, T> table, string id, T value)
    {
        if (table.Count < MaxEntries)
            table[id] = value;
    }
}

/// <summary>Codes and words of a Medication resource.</summary>
internal sealed record MedicationCodes(IReadOnlyList<Concept> Codes, string? Words)
{
    public override string ToString() => "[phi]";
}
