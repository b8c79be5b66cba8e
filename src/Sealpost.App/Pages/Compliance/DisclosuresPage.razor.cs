using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Sealpost.Campaigns;
using Sealpost.Compliance;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Pages.Compliance;

/// <summary>One patient's accounting and messages, and the scope of an incident. Whom it is about is nowhere but in the circuit.</summary>
public sealed partial class DisclosuresPage
{
    private IReadOnlyList<CampaignSummary> _campaigns = [];
    private IReadOnlyList<Actor> _people = [];
    private PatientNumber _patient;
    private DisclosureAccounting? _accounting;
    private BreachScope? _scope;
    private DisclosureDraft _draft = new();
    private int _recording;
    private bool _incident;
    private string _campaign = "";
    private string _domain = "";
    private string _reader = "";
    private DateOnly? _from;
    private DateOnly? _until;
    private DateOnly? _discovered;

    /// <summary>Led here to work out an incident.</summary>
    [SupplyParameterFromQuery]
    public bool Incident { get; set; }

    /// <inheritdoc/>
    protected override object? Key => Incident;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        (_discovered, _incident) = (Organisation.Context.Today, Incident);
        if (!May(Roles.Compliance | Roles.Auditor))
            return;
        _campaigns = await Organisation.Desk().Store.ListAsync(cancellationToken);
        _people = await Organisation.People.ListAsync(cancellationToken);
    }

    private static string CampaignNumber(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Protection(Tier? tier) => tier switch
    {
        null => "–",
        Tier.T5 => "S/MIME",
        Tier.T4 => "DANE",
        Tier.T3 => "MTA-STS",
        Tier.T2 => "verified TLS",
        _ => "not verified",
    };

    private async Task AccountAsync(string id)
    {
        _accounting = null;
        _patient = await Organisation.FindPatientAsync(id, Leaving);
        _accounting = await Organisation.Compliance.Disclosures.AccountAsync(_patient, Actor, Leaving);
        StateHasChanged(); // The event was the child's.
    }

    private Task<bool> ScopeAsync() => DoAsync(async token =>
    {
        _scope = null;
        var question = new BreachQuestion
        {
            Campaign = long.TryParse(_campaign, NumberStyles.None, CultureInfo.InvariantCulture, out var campaign) ? campaign : null,
            Domain = string.IsNullOrWhiteSpace(_domain) ? null : _domain,
            Reader = _reader.Length == 0 ? null : _reader,
            From = _from,
            Until = _until,
            DiscoveredOn = _discovered,
        };
        _scope = await Organisation.Compliance.Breach.RunAsync(question, Actor, token);
    });

    private void StartRecord(int people) => (_recording, _draft) = (people, new DisclosureDraft { On = ComplianceWords.Iso(Organisation.Context.Today) });

    private async Task RecordAsync()
    {
        IReadOnlyCollection<PatientNumber> patients = _incident ? [.. _scope!.People.Select(one => one.Number)] : [_patient];
        if (!await DoAsync(token => Organisation.Compliance.Disclosures.RecordAsync(patients, _draft, Actor, token), patients.Count == 1 ? "Recorded." : $"Recorded for {patients.Count} people."))
            return;
        _recording = 0;
        if (!_incident)
            await DoAsync(async token => _accounting = await Organisation.Compliance.Disclosures.AccountAsync(_patient, Actor, token));
    }

    private Task<bool> SaveAccountingAsync() => DoAsync(
        async token => await SaveAsync("accounting.html", "text/html", await Organisation.Compliance.Disclosures.GiveAsync(_patient, _accounting!, Actor, token)), "Saved, and recorded as given.");

    private Task SavePeopleAsync()
    {
        var csv = new StringBuilder("patient,state\n");
        foreach (var person in _scope!.People)
            csv.Append('"').Append(person.Patient.Replace("\"", "\"\"", StringComparison.Ordinal)).Append("\",").AppendLine(person.State);
        return SaveAsync("people.csv", "text/csv", csv.ToString());
    }

    private Task<bool> SaveReceiptAsync(PatientMessage message) => DoAsync(async token =>
    {
        var desk = Organisation.Compliance.Receipts;
        var proof = await desk.ProofAsync(await desk.ShowAsync(message.Campaign, _patient, Actor, token), token);
        await SaveAsync(string.Create(CultureInfo.InvariantCulture, $"receipt-{message.Campaign}.json"), "application/json", proof);
        Toasts.Say("The file names the recipient: keep it as you would the chart. `sealpost receipt verify` checks it.");
    });

    private async Task SaveAsync(string name, string type, string text)
    {
        using var stream = new DotNetStreamReference(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await Script.InvokeVoidAsync("sealpost.save", Leaving, name, type, stream);
    }
}
