using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Patients;

/// <summary>Unites suppressions and restrictions of a record merged away into its survivor, in the import's transaction.</summary>
public delegate Task UniteConsent(PatientNumber mergedAway, PatientNumber survivor, DbTransaction transaction, CancellationToken cancellationToken);

/// <summary>What every import needs of its organisation.</summary>
public sealed record ImportContext
{
    /// <summary>Store.</summary>
    public required IDatabase Database { get; init; }

    /// <summary>The organisation's keys; they seal the import log.</summary>
    public required KeyRing Keys { get; init; }

    /// <summary>Ledger: import started, finished, undone.</summary>
    public required Ledger Ledger { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Charts.</summary>
    public required PatientStore Patients { get; init; }

    /// <summary>Told the patients of each commit.</summary>
    public required PatientsChanged Changed { get; init; }

    /// <summary>Unites the consent records of merged patients.</summary>
    public required UniteConsent Unite { get; init; }

    /// <summary>Folder for sealed spill files, inside the data folder; made when first needed.</summary>
    public required string SpillFolder { get; init; }

    /// <summary>One import at a time changes an organisation's charts.</summary>
    internal SemaphoreSlim Turn { get; } = new(1, 1);
}
