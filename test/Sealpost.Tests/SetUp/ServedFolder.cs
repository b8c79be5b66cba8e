using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Tests.Pages;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.SetUp;

/// <summary>A new data folder served in this process, as <c>serve</c> does in an empty one.</summary>
internal sealed class ServedFolder : IAsyncDisposable
{
    private readonly string _folder;

    private ServedFolder(string folder, ServedPages pages) => (_folder, Pages) = (folder, pages);

    public ServedPages Pages { get; }

    public Installation Installation => Pages.Installation;

    public string Url => Pages.Url;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ServedFolder> StartAsync(HeardLog? heard = null)
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        var data = new DataFolder(Path.Combine(folder, "data"));
        data.Create();
        var (installation, _) = await Installation.CreateAsync(data, heard?.Factory() ?? NullLoggerFactory.Instance, Token);
        return new ServedFolder(folder, await ServedPages.StartAsync(installation, Token, heard));
    }

    /// <summary>Founds Green Valley Clinic as the owner of the folder does.</summary>
    public async Task<OrganisationId> FoundAsync()
    {
        var draft = StartCommands.Draft("Green Valley Clinic", "mail.greenvalley.test", "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
        return (await Installation.Organisations.AddAsync(draft, Installation.KeySource, Actor.LocalOwner.Id, Token)).Organisation.Id;
    }

    /// <summary>The path of a link for the first administrator, of an organisation where one is founded.</summary>
    public async Task<string> FirstPathAsync(OrganisationId? organisation = null) => PeopleSetup.WelcomePath((await Installation.People.Invitations.FirstAsync(organisation, Actor.LocalOwner, Token))!);

    /// <summary>Noor Haddad, who came in by the first link and stands before the first step of setting up.</summary>
    public async Task<AtBrowser> FirstAdministratorAsync(Chromium chromium)
    {
        var noor = await AtBrowser.OpenAsync(chromium, Url);
        await noor.JoinAsync(await FirstPathAsync(), "Noor Haddad", "noor@clinic.example");
        return noor;
    }

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(_folder))
            return;
        await Pages.DisposeAsync();
        await Installation.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
