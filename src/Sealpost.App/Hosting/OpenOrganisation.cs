using Sealpost.Campaigns;
using Sealpost.Campaigns.Destinations;
using Sealpost.Campaigns.Pickup;
using Sealpost.Campaigns.TlsReports;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.DomainReports;
using Sealpost.Delivery.Domains;
using Sealpost.Delivery.MtaSts;
using Sealpost.Delivery.Smime;
using Sealpost.Imports;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Running;
using Sealpost.Shards;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Hosting;

/// <summary>One organisation, open: the composition root of its slices.</summary>
internal sealed partial class OpenOrganisation : IAsyncDisposable
{
    private readonly Installation _installation;
    private readonly KeyRing _keys;
    private readonly List<DkimKeys> _retired = [];
    private DkimKeys _dkim;
    private PublicUrlProbe? _probe;
    private Uri? _publicRoute;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly StsCache _policies;
    private SendCampaign? _sending;
    private KeepStsPolicies? _keeping;
    private ReplyDelivery? _replies;
    private KeepReminding? _reminding;
    private readonly TlsTally _tally = new();
    private KeepTlsReports? _reporting;

    private OpenOrganisation(Installation installation, Organisation organisation, KeyRing keys, DkimKeys dkim, IReadOnlyDictionary<string, string> settings)
    {
        (_installation, _keys, _dkim, Settings) = (installation, keys, dkim, settings);
        var patients = new PatientStore(installation.Database, keys, installation.Ledger, installation.Time);
        Shards = installation.Silo.Shards(organisation.Id);
        var consent = new ConsentStore(installation.Database, keys, installation.Ledger, installation.Time, ChangedAsync);
        Context = new OrganisationContext
        {
            Organisation = organisation,
            Database = installation.Database,
            Keys = keys,
            Ledger = installation.Ledger,
            Time = installation.Time,
            Patients = patients,
            Consent = consent,
            Audience = new SelectAudience(Shards),
            Sign = new SignMessage(dkim),
        };
        var history = new CampaignHistory(installation.Database, keys, organisation.TimeZone);
        Shards.Attach(new ShardSources(
            patients,
            consent.LoadAsync,
            history.LoadAsync,
            history.NumbersAsync,
            organisation.TimeZone));
        Audiences = new AudienceDesk(Context, PolicyAsync);
        SavedAudiences = new SavedAudienceDesk(Context);
        PatientRecords = new ReadPatientRecord(Context, PolicyAsync);
        Agreements = new AgreementRegister(installation.Ledger, installation.Time);
        Risks = new RiskAcceptances(installation.Ledger, installation.Time);
        People = new PeopleStore(installation.Database, organisation.Id, installation.Ledger, installation.Time);
        Tokens = new AccessTokens(installation.Database, organisation.Id, installation.Ledger, installation.Time);
        Import = new ImportContext
        {
            Database = installation.Database,
            Keys = keys,
            Ledger = installation.Ledger,
            Time = installation.Time,
            Patients = patients,
            Changed = ChangedAsync,
            Unite = consent.UniteAsync,
            SpillFolder = installation.Folder.Spill,
        };
        _smime = new SmimeMail(OrganisationSettings.Smime(settings), null, installation.Time);
        _policies = new StsCache(new StsStore(installation.Database, keys));
        Campaigns = new CampaignTools(this);
        Compliance = new ComplianceTools(this, installation.LedgerKey);
        Demo = new ImportDemo(Import, AttestDemoAsync);
        Imports = new ImportDesk(Import, Demo);
        Work = new WorkShelf(installation.Time);
    }

    public OrganisationContext Context { get; }

    /// <summary>What the sender domain publishes.</summary>
    public IReadOnlyList<DnsRecord> DnsRecords => Sealpost.Organisations.DnsRecords.For(Context.Organisation, _dkim.DnsRecords, Settings);

    /// <summary>Keys, as an administrator looks after them.</summary>
    public KeyDesk KeyDesk => new(Context, _installation.KeySource);

    /// <summary>How far setting up has come.</summary>
    public ReadSetUp SetUp => new(Context, _installation.Kit);

    public CampaignTools Campaigns { get; }

    public ComplianceTools Compliance { get; }

    public OrganisationShards Shards { get; }

    /// <summary>Questions about audiences: how many, who, why, by which codes.</summary>
    public AudienceDesk Audiences { get; }

    /// <summary>Saved audiences and drafts.</summary>
    public SavedAudienceDesk SavedAudiences { get; }

    /// <summary>One patient's record, for those who may see it.</summary>
    public ReadPatientRecord PatientRecords { get; }

    public AgreementRegister Agreements { get; }

    public RiskAcceptances Risks { get; }

    public PeopleStore People { get; }

    public AccessTokens Tokens { get; }

    public ImportContext Import { get; }

    /// <summary>Imports begun on pages and over the API.</summary>
    public ImportDesk Imports { get; }

    /// <summary>Long work here that outlives the page which began it.</summary>
    public WorkShelf Work { get; }

    /// <summary>Made-up patients for trying things out.</summary>
    public ImportDemo Demo { get; }

    public IReadOnlyDictionary<string, string> Settings { get; private set; }

    public static async Task<OpenOrganisation> OpenAsync(Installation installation, Organisation organisation, CancellationToken cancellationToken)
    {
        await using var connection = await installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var keys = await KeyRing.OpenAsync(organisation.Id, installation.KeySource, connection, installation.Time, cancellationToken).ConfigureAwait(false);
        var dkim = await installation.Organisations.OpenDkimAsync(keys, cancellationToken).ConfigureAwait(false);
        var settings = await installation.Organisations.SettingsAsync(organisation.Id, cancellationToken).ConfigureAwait(false);
        var open = new OpenOrganisation(installation, organisation, keys, dkim, settings);

        open._smime.Use(await open.SigningKeys.OpenAsync(cancellationToken).ConfigureAwait(false));

        // An erasure that a crash cut short, or that a restored backup undid, is finished before anything is read.
        await open.Context.Patients.FinishErasuresAsync(cancellationToken).ConfigureAwait(false);
        open.HoldsDemoData = await open.Demo.IsLoadedAsync(cancellationToken).ConfigureAwait(false);
        return open;
    }

    /// <summary>The patient known by an id as listed, an MRN, or another identifier.</summary>
    /// <exception cref="RefusedException">Nobody, or several; the id is not repeated.</exception>
    public async Task<PatientNumber> FindPatientAsync(string id, CancellationToken cancellationToken)
    {
        LookupKey[] keys = [new("source", $"fhir|Patient/{id}"), new("value", id)];
        var found = await Context.Patients.FindAsync(keys, cancellationToken).ConfigureAwait(false);
        foreach (var key in keys)
        {
            if (found.TryGetValue(key, out var numbers) && numbers.Count > 0)
            {
                return numbers.Count == 1 ? numbers[0]
                    : throw new RefusedException("Several patients are known by this id. Give the patient's id as `audience list` shows it.");
            }
        }

        throw new RefusedException("No patient is known by this id. Give the id as `audience list` shows it, or an MRN.");
    }

    /// <summary>Records that a person read PHI. 45 CFR 164.312(b).</summary>
    public Task NoteReadAsync(Actor actor, PatientNumber? patient, string what, CancellationToken cancellationToken) =>
        Context.Database.WriteAsync(
            (transaction, token) => Context.Ledger.AppendAsync(new AuditEvent(Context.Organisation.Id, "patient.read", actor.Id, patient, what, "done"), transaction, token),
            cancellationToken);

    /// <summary>Runs work in a transaction of the store.</summary>
    public Task<T> WriteAsync<T>(Func<System.Data.Common.DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        Context.Database.WriteAsync(work, cancellationToken);

    /// <summary>The name on pages that a link alone opens, and in notices that say nothing about care.</summary>
    public string PublicName => OrganisationSettings.PublicName(Settings) ?? Context.Organisation.Name;

    public async ValueTask DisposeAsync()
    {
        await Work.DisposeAsync().ConfigureAwait(false);
        await Imports.DisposeAsync().ConfigureAwait(false);
        if (_replies is not null)
            await _replies.DisposeAsync().ConfigureAwait(false);
        if (_keeping is not null)
            await _keeping.DisposeAsync().ConfigureAwait(false);
        if (_reminding is not null)
            await _reminding.DisposeAsync().ConfigureAwait(false);
        if (_sending is not null)
            await _sending.DisposeAsync().ConfigureAwait(false);
        if (_reporting is not null)
            await _reporting.DisposeAsync().ConfigureAwait(false);
        else
            await RunEvery.TryAsync(KeepTlsReports.Work, TlsReports.FlushAsync, _installation.Log.CreateLogger<KeepTlsReports>(), CancellationToken.None).ConfigureAwait(false); // A process that only looked ahead had sessions too.
        Audiences.Dispose();
        Campaigns.Dispose();
        _probe?.Dispose();
        _ending?.Dispose();
        _smime.Dispose();
        foreach (var keys in _retired.Append(_dkim))
            keys.Dispose();
        _keys.Dispose();
        _opening.Dispose();
    }

    private async Task<ConsentPolicy> PolicyAsync(CancellationToken cancellationToken) => new()
    {
        FrequencyCap = OrganisationSettings.FrequencyCap(Settings) ?? new ConsentPolicy().FrequencyCap,
        TimeZone = Context.Organisation.TimeZone,
        AttestedSources = await Context.Consent.AttestedSourcesAsync(cancellationToken).ConfigureAwait(false),
    };

    /// <summary>The register's present content.</summary>
    public async Task<IReadOnlyList<BusinessAssociateAgreement>> AgreementsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        return await AgreementRegister.ListAsync(Context.Organisation.Id, connection, cancellationToken).ConfigureAwait(false);
    }

    private async Task ChangedAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        // A mailbox that a changed chart shares changes what may be sent to the others who have it. 45 CFR 164.530(c).
        var concerned = await Context.Consent.SharersAsync(patients, cancellationToken).ConfigureAwait(false);
        await Shards.RefreshAsync(concerned, cancellationToken).ConfigureAwait(false);
        if (_sending is not null)
            await _sending.PatientsChangedAsync(concerned, cancellationToken).ConfigureAwait(false);
    }
}
