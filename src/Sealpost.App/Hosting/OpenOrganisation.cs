using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Shards;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Hosting;

/// <summary>One organisation, open: the composition root of its slices.</summary>
internal sealed class OpenOrganisation : IAsyncDisposable
{
    private readonly Installation _installation;
    private readonly KeyRing _keys;
    private readonly DkimKeys _dkim;
    private readonly SemaphoreSlim _opening = new(1);
    private SendCampaign? _sending;

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
        Agreements = new AgreementRegister(installation.Ledger, installation.Time);
        Risks = new RiskAcceptances(installation.Ledger, installation.Time);
        People = new PeopleStore(installation.Database, organisation.Id, installation.Ledger, installation.Time);
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
    }

    public OrganisationContext Context { get; }

    public OrganisationShards Shards { get; }

    public AgreementRegister Agreements { get; }

    public RiskAcceptances Risks { get; }

    public PeopleStore People { get; }

    public ImportContext Import { get; }

    public IReadOnlyDictionary<string, string> Settings { get; private set; }

    /// <summary>Delivery as a demo or test states it, in place of the settings. Trusted for this process only.</summary>
    public DeliveryOptions? DeliveryOverride { get; set; }

    /// <summary>Made by a demo whose mailbox is not in this process.</summary>
    public bool IsDemoWithoutMailbox => _installation.Folder.IsDemo && DeliveryOverride is null;

    public static async Task<OpenOrganisation> OpenAsync(Installation installation, Organisation organisation, CancellationToken cancellationToken)
    {
        await using var connection = await installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var keys = await KeyRing.OpenAsync(organisation.Id, installation.KeySource, connection, installation.Time, cancellationToken).ConfigureAwait(false);
        var dkim = await installation.Organisations.OpenDkimAsync(keys, cancellationToken).ConfigureAwait(false);
        var settings = await installation.Organisations.SettingsAsync(organisation.Id, cancellationToken).ConfigureAwait(false);
        var open = new OpenOrganisation(installation, organisation, keys, dkim, settings);

        // An erasure that a crash cut short, or that a restored backup undid, is finished before anything is read.
        await open.Context.Patients.FinishErasuresAsync(cancellationToken).ConfigureAwait(false);
        return open;
    }

    /// <summary>Changes a setting of this organisation.</summary>
    public async Task SetAsync(string name, string? value, Actor actor, CancellationToken cancellationToken)
    {
        await _installation.Organisations.SetAsync(Context.Organisation.Id, name, value, actor.Id, cancellationToken).ConfigureAwait(false);
        Settings = await _installation.Organisations.SettingsAsync(Context.Organisation.Id, cancellationToken).ConfigureAwait(false);
        _sending?.UseOptions(SendOptions());
        RulesChanged();
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

    /// <summary>What is on record for a patient's legal basis.</summary>
    public async Task<ConsentState> ConsentStateAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        var chart = await Context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("The patient was erased.");
        return (await Context.Consent.LoadAsync([chart], cancellationToken).ConfigureAwait(false))[patient];
    }

    /// <summary>Records that a person read PHI. 45 CFR 164.312(b).</summary>
    public Task NoteReadAsync(Actor actor, PatientNumber? patient, string what, CancellationToken cancellationToken) =>
        Context.Database.WriteAsync(
            (transaction, token) => Context.Ledger.AppendAsync(new AuditEvent(Context.Organisation.Id, "patient.read", actor.Id, patient, what, "done"), transaction, token),
            cancellationToken);

    /// <summary>Runs work in a transaction of the store.</summary>
    public Task<T> WriteAsync<T>(Func<System.Data.Common.DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        Context.Database.WriteAsync(work, cancellationToken);

    /// <summary>Tells a running campaign that something every decision looks at has changed.</summary>
    public void RulesChanged() => _sending?.RulesChanged();

    public DeliveryOptions Delivery => DeliveryOverride ?? OrganisationSettings.Delivery(Context.Organisation.Domain, Settings);

    /// <summary>What campaigns need besides the organisation.</summary>
    public SendOptions SendOptions()
    {
        var delivery = Delivery;
        return new SendOptions
        {
            Delivery = delivery,
            Connect = new ConnectDestination(delivery, _installation.Time),
            Policy = PolicyAsync,
            Accepted = Shards.NoteAcceptedAsync,
            Transport = TransportAsync,
            JournalFolder = Path.Combine(_installation.Folder.Journal, Context.Organisation.Id.ToString()),
        };
    }

    /// <summary>Campaigns as people write, check and approve them.</summary>
    public CampaignDesk Desk() => new(Context, SendOptions());

    /// <summary>Sending; opened once per process, which puts what a crash left in flight into doubt.</summary>
    public async Task<SendCampaign> SendingAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _sending ??= await SendCampaign.OpenAsync(Context, SendOptions(), takeOver: true, _installation.Log.CreateLogger<SendCampaign>(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_sending is not null)
            await _sending.DisposeAsync().ConfigureAwait(false);
        _dkim.Dispose();
        _keys.Dispose();
        _opening.Dispose();
    }

    private async Task<ConsentPolicy> PolicyAsync(CancellationToken cancellationToken) => new()
    {
        FrequencyCap = OrganisationSettings.FrequencyCap(Settings) ?? new ConsentPolicy().FrequencyCap,
        TimeZone = Context.Organisation.TimeZone,
        AttestedSources = await Context.Consent.AttestedSourcesAsync(cancellationToken).ConfigureAwait(false),
    };

    private async Task<TransportGate> TransportAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var agreements = await AgreementRegister.ListAsync(Context.Organisation.Id, connection, cancellationToken).ConfigureAwait(false);
        var risks = await RiskAcceptances.ListAsync(Context.Organisation.Id, connection, cancellationToken).ConfigureAwait(false);
        return new TransportGate(agreements, risks);
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
