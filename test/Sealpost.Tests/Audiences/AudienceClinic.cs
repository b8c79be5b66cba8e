using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Commands;
using Sealpost.App.Demo;
using Sealpost.App.Hosting;
using Sealpost.Audience;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Storage;

[assembly: AssemblyFixture(typeof(Sealpost.Tests.Audiences.AudienceClinic))]

namespace Sealpost.Tests.Audiences;

/// <summary>A clinic of made-up patients, served in this process; started on first use, shared by tests that leave saved audiences of their own names only.</summary>
public sealed class AudienceClinic : IAsyncLifetime
{
    private const int Patients = 240;

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private readonly Lazy<Task> _start;
    private readonly HttpClient _http = new();
    private Installation? _installation;
    private WebApplication? _web;
    private DemoPeople _people = null!;
    private string _complianceToken = "";

    public AudienceClinic() => _start = new Lazy<Task>(StartAsync);

    internal OpenOrganisation Organisation { get; private set; } = null!;

    internal string Url { get; private set; } = "";

    internal Actor Marketer => _people.Marketer;

    internal Actor Compliance => _people.Compliance;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Waits until it is served.</summary>
    internal Task ReadyAsync() => _start.Value;

    /// <summary>A path that signs a person in, once.</summary>
    internal async Task<string> LinkAsync(Actor person)
    {
        await _start.Value;
        return await PeopleSetup.DemoLinkAsync(_installation!, Organisation.Context.Organisation.Id, person, person.Id + "@greenvalley.test", Token);
    }

    /// <summary>What the operation counts, as the person may see it.</summary>
    internal async Task<string> CountAsync(string query, Actor person) =>
        (await Organisation.Audiences.CountAsync(AudienceQuery.Parse(query).Query!, Organisation.Context.Today, person, Token)).ToString();

    /// <summary>Calls the API below the organisation.</summary>
    internal async Task<(int Status, JsonElement Body)> CallAsync(HttpMethod method, string path, object? body, bool asCompliance)
    {
        await _start.Value;
        using var request = new HttpRequestMessage(method, $"{Url}/api/v1/organisations/{Organisation.Context.Organisation.Id.Value}{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", asCompliance ? _complianceToken : _people.MarketerToken);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await _http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>Ledger events that a person left, by subject.</summary>
    internal async Task<int> ReadsAsync(Actor person)
    {
        await using var connection = await Organisation.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT COUNT(*) FROM ledger_entry WHERE kind = 'patient.read' AND actor = @actor", ("@actor", person.Id));
        return Convert.ToInt32(await command.ExecuteScalarAsync(Token), System.Globalization.CultureInfo.InvariantCulture);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_web is not null)
        {
            await _web.StopAsync(CancellationToken.None);
            await _web.DisposeAsync();
        }

        if (_installation is not null)
            await _installation.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        var folder = new DataFolder(Path.Combine(_folder, "data"));
        folder.Create();
        await File.WriteAllTextAsync(folder.DemoMark, "Made by a test: synthetic patients only.\n");
        (_installation, _) = await Installation.CreateAsync(folder, NullLoggerFactory.Instance, CancellationToken.None);
        var draft = StartCommands.Draft("Green Valley Clinic", "mail.greenvalley.test", "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
        await _installation.Organisations.AddAsync(draft, _installation.KeySource, Actor.LocalOwner.Id, CancellationToken.None);
        Organisation = await _installation.OpenOrganisationAsync(null, CancellationToken.None);
        _people = await DemoPeople.AddAsync(Organisation.People, Organisation.Tokens, CancellationToken.None);
        _complianceToken = await Organisation.Tokens.CreateAsync(_people.Compliance.Name, new AccessTokenDraft("test", TimeSpan.FromHours(2)), Actor.LocalOwner, CancellationToken.None);
        var path = Path.Combine(_folder, "patients.ndjson");
        await using (var file = File.Create(path))
            await new SyntheticPatients(new SyntheticOptions { Count = Patients, Today = Organisation.Context.Today }).WriteAsync(file, SyntheticFeed.All, CancellationToken.None);
        await new ImportFhir(Organisation.Import).RunAsync(new ImportFhirRequest { Paths = [path], Source = "fhir", Actor = _people.Administrator.Id }, null, CancellationToken.None);
        await Organisation.Context.Consent.AttestAsync("fhir", true, "The front desk reads the address back at check-in.", _people.Compliance.Id, CancellationToken.None);
        _web = WebHost.Build(_installation, "http://127.0.0.1:0");
        await _web.StartAsync(CancellationToken.None);
        Url = "http://localhost:" + new Uri(_web.Urls.First()).Port;
    }
}
