using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Tests.ForPatients;

[assembly: AssemblyFixture(typeof(Sealpost.Tests.Compliance.ServedOffice))]

namespace Sealpost.Tests.Compliance;

/// <summary>An organisation served in this process, with a compliance officer and some patients. Started on first use.</summary>
public sealed class ServedOffice : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private readonly Lazy<Task> _start;
    private Installation? _installation;
    private WebApplication? _web;

    public ServedOffice() => _start = new Lazy<Task>(StartAsync);

    internal Installation Installation => _installation!;

    internal Actor Officer { get; private set; } = null!;

    internal int Number { get; private set; }

    /// <summary>By name: browsers keep secure cookies for it.</summary>
    internal string Url { get; private set; } = "";

    /// <summary>Everything that is served.</summary>
    internal IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Operations => _web!.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints;

    internal Task StartedAsync() => _start.Value;

    /// <summary>A client that acts as a person of the organisation.</summary>
    internal async Task<HttpClient> ClientAsync(string name, string roles)
    {
        await RunAsync(["user", "add", name, "--roles", roles]);
        var token = JsonDocument.Parse(await RunAsync(["token", "create", name, "--json"])).RootElement.GetProperty("token").GetString();
        var client = new HttpClient { BaseAddress = new Uri(Url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Runs a command in this process, as the folder's owner; it must succeed.</summary>
    internal async Task<string> RunAsync(string[] arguments, string input = "", int exit = 0)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var context = new CommandContext
        {
            Out = output, Error = error, In = new MemoryStream(Encoding.UTF8.GetBytes(input)), WorkingFolder = _folder, Token = null, Interactive = false, OpenInstallation = _ => Task.FromResult(_installation!),
        };
        Assert.True(await CommandLine.RunAsync(context, ["--org", "Green Valley Clinic", .. arguments], CancellationToken.None) == exit, error.ToString());
        return output.ToString() + (exit == 0 ? "" : error.ToString());
    }

    /// <summary>A path that signs the officer in once.</summary>
    internal async Task<string> LinkAsync() => PeopleSetup.WelcomePath(
        await Installation.People.Invitations.DemoAsync(new Sealpost.Trust.Keys.OrganisationId(Number), Officer, "dana@clinic.example", CancellationToken.None));

    internal string WriteFile(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
            await _web.DisposeAsync();
        if (_installation is not null)
            await _installation.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        var folder = new DataFolder(Path.Combine(_folder, "data"));
        folder.Create();
        (_installation, _) = await Installation.CreateAsync(folder, NullLoggerFactory.Instance, CancellationToken.None);
        Number = await AddAsync("Green Valley Clinic", "mail.greenvalley.test");
        _web = WebHost.Build(_installation, "http://127.0.0.1:0");
        await _web.StartAsync();
        Url = "http://localhost:" + new Uri(_web.Urls.First()).Port;
        var organisation = await _installation.OpenOrganisationAsync("Green Valley Clinic", CancellationToken.None);
        Officer = await organisation.People.AddAsync("Dana Okafor", Roles.Compliance | Roles.Administrator | Roles.Marketer, Actor.LocalOwner, CancellationToken.None);
        await RunAsync(["import", "fhir", WriteFile("patients.ndjson", string.Concat(Enumerable.Range(0, 12).Select(PatientClinic.Patient)))]);
    }

    private async Task<int> AddAsync(string name, string domain)
    {
        var draft = StartCommands.Draft(name, domain, "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
        return (await _installation!.Organisations.AddAsync(draft, _installation.KeySource, Actor.LocalOwner.Id, CancellationToken.None)).Organisation.Id.Value;
    }
}
