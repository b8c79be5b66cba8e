using Sealpost.People;

namespace Sealpost.Compliance;

/// <summary>Who may read what.</summary>
internal static class RoleSets
{
    /// <summary>Whoever belongs to the organisation at all.</summary>
    public const Roles Everybody = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;

    /// <summary>Whoever may see what is on record about one patient.</summary>
    public const Roles SeePatients = Roles.Compliance | Roles.Auditor;

    /// <summary>Whoever keeps what patients want.</summary>
    public const Roles Keepers = Roles.Compliance | Roles.Administrator;

    /// <summary>Whoever reads the ledger.</summary>
    public const Roles LedgerReaders = Roles.Compliance | Roles.Auditor | Roles.Administrator;
}
