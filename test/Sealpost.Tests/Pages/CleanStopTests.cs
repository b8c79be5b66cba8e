using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Playwright;
using Sealpost.App.Commands;
using Sealpost.App.Demo;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Tests.SetUp;

namespace Sealpost.Tests.Pages;

/// <summary>A stop of the server is silent, whatever is open in browsers: an operator who finds lines in the log may rely on something being wrong.</summary>
public sealed class CleanStopTests(Chromium chromium)
{
    private const Roles Everything = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;

    private static readonly string[] Pages = ["", "/settings/health", "/audiences/new"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_with_pages_open_left_behind_and_half_read_logs_nothing()
    {
        using var heard = new HeardLog();
        var served = await ServedFolder.StartAsync(heard);
        await using (served)
        {
            served.Pages.Open.AskEvery = TimeSpan.FromMilliseconds(50);
            var organisation = await FoundAsync(served);
            await using var robin = await AtBrowser.OpenAsync(chromium, served.Url);
            var number = organisation.Context.Organisation.Id;
            await robin.JoinAsync(await served.Pages.InviteAsync(number, "Robin Vale", "robin@people.example", Everything, Token));
            foreach (var path in Pages)
            {
                // Its circuit is kept for minutes: the browser might come back.
                await (await OpenAsync(robin, $"/o/{number.Value}{path}", read: true)).CloseAsync();
            }

            foreach (var (path, read) in Pages.SelectMany(path => new[] { (path, true), (path, false) }))
                await OpenAsync(robin, $"/o/{number.Value}{path}", read);
            await served.DisposeAsync();
        }

        // What a page left running would say comes within one interval; silence cannot be waited for.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        AtBrowser.AssertNone(heard.Lines);
    }

    [Fact]
    public async Task The_question_whether_a_session_lasts_ends_before_the_store_does()
    {
        using var heard = new HeardLog();
        using var log = heard.Factory();
        await using var served = await ServedFolder.StartAsync(heard);
        var organisation = await FoundAsync(served);
        var people = served.Installation.People;
        await File.WriteAllTextAsync(served.Installation.Folder.DemoMark, "Made by a test: synthetic patients only.\n", Token);
        var actor = await organisation.People.AddAsync("Robin Vale", Everything, Actor.LocalOwner, Token);
        var path = await PeopleSetup.DemoLinkAsync(served.Installation, organisation.Context.Organisation.Id, actor, "robin@people.example", Token);
        var (session, _) = await people.Sessions.OpenAsync(await people.Accept.EnterDemoAsync(path[PeopleSetup.WelcomePath("").Length..], "a test", Token), Token);
        var here = new ClaimsPrincipal(new ClaimsIdentity([new Claim(SessionAuthentication.SessionClaim, session!.Id)], "test"));
        for (var stop = 0; stop < 50; stop++)
        {
            using var pages = new OpenPages { AskEvery = TimeSpan.FromMilliseconds(1) };
            using var state = new SessionState(log, new SignedIn(people), pages);
            state.SetAuthenticationState(Task.FromResult(new AuthenticationState(here)));
            await pages.StopAsync(Token);
            Assert.Throws<OperationCanceledException>(pages.Begin);
        }

        await served.DisposeAsync();
        AtBrowser.AssertNone(heard.Lines);
    }

    private static async Task<OpenOrganisation> FoundAsync(ServedFolder served)
    {
        var draft = StartCommands.Draft("Green Valley Clinic", "mail.greenvalley.test", "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
        await served.Installation.Organisations.AddAsync(draft, served.Installation.KeySource, Actor.LocalOwner.Id, Token);
        return await served.Installation.OpenOrganisationAsync(null, Token);
    }

    private static async Task<IPage> OpenAsync(AtBrowser person, string path, bool read)
    {
        var page = await person.Context.NewPageAsync();
        await page.GotoAsync(person.Url + path, new PageGotoOptions { WaitUntil = read ? WaitUntilState.Load : WaitUntilState.Commit });
        if (read)
            await page.Locator("main h1").WaitForAsync();
        return page;
    }
}
