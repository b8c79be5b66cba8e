using Sealpost.Compliance;
using Sealpost.ForPatients;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Hosting;

/// <summary>What command line, API and pages do about an organisation's compliance.</summary>
internal sealed class ComplianceTools(OpenOrganisation organisation, LedgerKey key)
{
    public AgreementDesk Agreements => new(organisation.Context, organisation.RulesChanged);

    public RiskDesk Risks => new(organisation.Context, organisation.RulesChanged);

    public ConsentDesk Consent => new(organisation.Context, organisation.SendingAsync, organisation.RulesChanged);

    /// <summary>Forms on offer, invitations, settled requests.</summary>
    public PatientDesk Patients => new(organisation.Context);

    public ErasePatient Erase => new(organisation.Context, organisation.Shards.RefreshAsync);

    public RequestDesk Requests => new(organisation.Context);

    public ReceiptDesk Receipts => new(organisation.Context, key);

    public LedgerDesk Ledger => new(organisation.Context);

    public DisclosureDesk Disclosures => new(organisation.Context);

    public ScopeBreach Breach => new(organisation.Context, organisation.SendOptions(), organisation.Audiences.SpeechAsync);
}
