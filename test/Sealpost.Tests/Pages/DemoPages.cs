using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Commands;
using Sealpost.App.Demo;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Tests.Pages;
using Sealpost.Trust.Keys;

[assembly: AssemblyFixture(typeof(DemoPages))]

namespace Sealpost.Tests.Pages;

/// <summary>
/// The demo's clinic, served; beside it a new organisation with a long name and nothing in it. Robin belongs to both and may do everything; the
/// stranger may do everything in the new one alone. Started by the first test that needs it.
/// </summary>
public sealed class DemoPages : IAsyncLifetime
{
    public const string NeighbourName = "Harborview Community Health Network and Rehabilitation Partners";

    public const string Robin = "Robin Vale";
    public const string Stranger = "Pat Lowe";

    private const Roles Everything = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;
    private const int Patients = 150;

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private readonly Lazy<Task> _start;
    private DemoClinic? _clinic;
    private ServedPages? _served;

    public DemoPages() => _start = new Lazy<Task>(StartAsync);

    internal ServedPages Served => _served!;

    internal OpenOrganisation Clinic => _clinic!.Organisation;

    internal OpenOrganisation Neighbour { get; private set; } = null!;

    internal string StrangersToken { get; private set; } = "";

    /// <summary>What of the clinic must stand in no address, title or store of a browser: names, addresses and numbers of its patients, names of its campaigns and audiences.</summary>
    internal IReadOnlyList<string> Secrets { get; private set; } = [];

    /// <summary>The number that the clinic has in addresses; the neighbour has the next.</summary>
    internal int Number => Clinic.Context.Organisation.Id.Value;

    internal int NeighbourNumber => Neighbour.Context.Organisation.Id.Value;

    internal Task StartedAsync() => _start.Value;

    /// <summary>A browser in which one of the two came in by a link of the demo's kind; through a line of the test's own where it names one.</summary>
    internal async Task<AtBrowser> OpenAsync(Chromium chromium, string name, BreakableLine? line = null)
    {
        await StartedAsync();
        var browser = await AtBrowser.OpenAsync(chromium, line?.Url ?? Served.Url);
        await browser.EnterAsync(await LinkAsync(name));
        return browser;
    }

    /// <summary>A session that begins now: one that was kept for later would end as idle.</summary>
    internal async Task<string> SessionAsync(string name) =>
        await _clinic!.Installation.People.Accept.EnterDemoAsync((await LinkAsync(name))[PeopleSetup.WelcomePath("").Length..], "a test", CancellationToken.None);

    /// <summary>Asks without a browser: as a session, by a token, or as nobody.</summary>
    internal HttpClient Ask(string? session = null, string? token = null)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Served.Url), Timeout = TimeSpan.FromMinutes(1) };
        if (session is not null)
            http.DefaultRequestHeaders.Add("Cookie", $"{SessionAuthentication.Cookie}={session}");
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_served is not null)
            await _served.DisposeAsync();
        if (_clinic is not null)
            await _clinic.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        var none = CancellationToken.None;
        var folder = new DataFolder(Path.Combine(_folder, "data"));
        Directory.CreateDirectory(folder.Root);
        await File.WriteAllTextAsync(folder.DemoMark, "");
        _clinic = await DemoClinic.CreateAsync(folder, NullLoggerFactory.Instance, none);
        var context = new CommandContext { Out = TextWriter.Null, Error = TextWriter.Null, In = Stream.Null, WorkingFolder = _folder, Token = null, Interactive = false, OpenInstallation = _ => Task.FromResult(_clinic.Installation) };
        await DemoRun.FillAsync(context, _clinic, Patients, none);
        var installation = _clinic.Installation;
        var draft = StartCommands.Draft(NeighbourName, "mail.harborview.test", "200 Long Wharf, Boston, MA 02110", null, "America/New_York");
        await installation.Organisations.AddAsync(draft, installation.KeySource, Actor.LocalOwner.Id, none);
        Neighbour = await installation.OpenOrganisationAsync(NeighbourName, none);
        await Clinic.People.AddAsync(Robin, Everything, Actor.LocalOwner, none);
        await JoinNeighbourAsync();
        await Neighbour.People.AddAsync(Stranger, Everything, Actor.LocalOwner, none);
        StrangersToken = await Neighbour.Tokens.CreateAsync(Stranger, new AccessTokenDraft("walk", TimeSpan.FromDays(1)), Actor.LocalOwner, none);
        Secrets = await SecretsAsync();
        _served = await ServedPages.StartAsync(installation, none);
    }

    private async Task<string> LinkAsync(string name)
    {
        var organisation = name == Robin ? Clinic : Neighbour;
        var actor = (await organisation.People.ListAsync(CancellationToken.None)).Single(one => one.Name == name);
        return await PeopleSetup.DemoLinkAsync(_clinic!.Installation, organisation.Context.Organisation.Id, actor, Mailbox(name), CancellationToken.None);
    }

    private static string Mailbox(string name) => name.Split(' ')[0].ToLowerInvariant() + "@people.example";

    private async Task JoinNeighbourAsync()
    {
        var people = _clinic!.Installation.People;
        var token = await people.Invitations.InviteAsync(Neighbour.Context.Organisation.Id, new NewCredentials(Robin, Mailbox(Robin)), Everything, Actor.LocalOwner, CancellationToken.None);
        var (session, _) = await people.Sessions.OpenAsync(await SessionAsync(Robin), CancellationToken.None);
        await people.Accept.JoinAsAsync(token, session!, CancellationToken.None);
    }

    private async Task<List<string>> SecretsAsync()
    {
        var secrets = new HashSet<string>(DemoCampaigns.For(DemoCampaigns.Domain).Select(campaign => campaign.Name), StringComparer.OrdinalIgnoreCase) { DemoLibrary.Unfinished, "diabetes", "44054006" };
        var charts = await Clinic.Context.Patients.OpenManyAsync([.. Enumerable.Range(0, Patients).Select(number => new PatientNumber(number))], CancellationToken.None);
        foreach (var head in charts.Select(chart => chart.Head))
        {
            secrets.Add(head.DisplayId);
            secrets.UnionWith(head.Names.Select(name => name.Family).OfType<string>().Where(family => family.Length > 4));
            secrets.UnionWith(head.ContactPoints.Select(contact => contact.Value).Where(value => value.Contains('@', StringComparison.Ordinal)));
        }

        return [.. secrets];
    }
}
