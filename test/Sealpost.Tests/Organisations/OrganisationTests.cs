using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Hosting;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Organisations;

/// <summary>Organisations founded, changed, left; what is left to set up, read from what exists.</summary>
public sealed class OrganisationTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private Installation _installation = null!;
    private Session _founder = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Organisation Draft(string name = "Green Valley Clinic") => OrganisationDraft.Check(name, "mail.greenvalley.test", "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");

    public async ValueTask InitializeAsync()
    {
        var folder = new DataFolder(Path.Combine(_root, "data"));
        folder.Create();
        (_installation, _) = await Installation.CreateAsync(folder, NullLoggerFactory.Instance, Token);
        _founder = await JoinAsync((await _installation.People.Invitations.FirstAsync(null, Actor.LocalOwner, Token))!, "Noor Haddad", "noor@clinic.example");
    }

    public async ValueTask DisposeAsync()
    {
        await _installation.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Who_set_the_server_up_founds_organisations_and_is_their_administrator()
    {
        var first = await _installation.Founding.RunAsync(Draft(), _founder, Token);
        var second = await _installation.Founding.RunAsync(Draft("Hill Dental"), _founder, Token);
        var places = await _installation.People.Memberships.ListAsync(_founder.Person, Token);
        Assert.Equal([(first.Id, Roles.Administrator), (second.Id, Roles.Administrator)], places.Select(place => (place.Organisation, place.Actor.Roles)));
        Assert.Contains("already an organisation", (await Assert.ThrowsAsync<RefusedException>(() => _installation.Founding.RunAsync(Draft("hill dental"), _founder, Token))).Message, StringComparison.Ordinal);
        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => _installation.Founding.RunAsync(Draft("Third"), _founder with { IsOperator = false }, Token))).Kind);
    }

    [Fact]
    public async Task A_renamed_organisation_goes_on_under_its_new_name()
    {
        var founded = await _installation.Founding.RunAsync(Draft(), _founder, Token);
        var open = await _installation.OpenOrganisationAsync("Green Valley Clinic", Token);
        await open.ChangeAsync(OrganisationDraft.Change(founded, "Green Valley Health", "2 Orchard Road, Springfield, MA 01103", "https://patients.greenvalley.test/", "America/Chicago"), Actor.LocalOwner, Token);
        Assert.Same(open, await _installation.OpenOrganisationAsync("green valley health", Token));
        Assert.Equal(("Green Valley Health", "2 Orchard Road, Springfield, MA 01103", "America/New_York"), (open.Context.Organisation.Name, open.Context.Organisation.PostalAddress, open.Context.Organisation.TimeZone.Id));
        Assert.Equal("America/Chicago", (await _installation.Organisations.ListAsync(Token))[0].TimeZone.Id);
        await Assert.ThrowsAsync<RefusedException>(() => open.ChangeAsync(founded, new Actor("u", "Maria", Roles.Marketer), Token));
    }

    [Fact]
    public async Task Who_leaves_has_no_place_and_may_be_invited_again_but_the_last_administrator_stays()
    {
        var founded = await _installation.Founding.RunAsync(Draft(), _founder, Token);
        var open = await _installation.OpenOrganisationAsync(null, Token);
        var noor = (await open.People.ListAsync(Token))[0];
        Assert.Contains("only administrator", (await Assert.ThrowsAsync<RefusedException>(() => open.People.LeaveAsync(noor, Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => open.People.LeaveAsync(Actor.LocalOwner, Token));
        var invited = await _installation.People.Invitations.InviteAsync(founded.Id, new NewCredentials("Ben Achterberg", "ben@clinic.example"), Roles.Approver, noor, Token);
        var ben = await JoinAsync(invited, "Ben Achterberg", "ben@clinic.example");
        var place = Assert.Single(await _installation.People.Memberships.ListAsync(ben.Person, Token));
        await open.People.LeaveAsync(place.Actor, Token);
        Assert.Empty(await _installation.People.Memberships.ListAsync(ben.Person, Token));

        var again = await _installation.People.Invitations.InviteAsync(founded.Id, new NewCredentials("Ben A. Achterberg", "ben@clinic.example"), Roles.Approver, noor, Token);
        await _installation.People.Accept.JoinAsAsync(again, ben, Token);
        Assert.Single(await _installation.People.Memberships.ListAsync(ben.Person, Token));
    }

    [Fact]
    public async Task The_recovery_kit_is_shown_to_who_just_proved_who_they_are_and_is_kept_until_the_root_key_changes()
    {
        Assert.Contains("SEALPOST RECOVERY KIT", await _installation.Kit.ShowAsync(_founder, Token), StringComparison.Ordinal);
        Assert.Equal(RefusalKind.Unconfirmed, (await Assert.ThrowsAsync<RefusedException>(() => _installation.Kit.ShowAsync(_founder with { VerifiedAt = _founder.VerifiedAt - TimeSpan.FromMinutes(6) }, Token))).Kind);
        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => _installation.Kit.ShowAsync(_founder with { IsOperator = false }, Token))).Kind);
        Assert.False(await _installation.Kit.IsKeptAsync(Token));
        await _installation.Kit.NoteKeptAsync(_founder, Token);
        Assert.True(await _installation.Kit.IsKeptAsync(Token));
        await new KeyRotation(_installation.Ledger, _installation.Time).RotateRootAsync(_installation.KeySource, Actor.LocalOwner.Id, (work, token) => _installation.Database.WriteAsync(work, token), Token);
        Assert.False(await _installation.Kit.IsKeptAsync(Token));
    }

    [Fact]
    public async Task What_is_left_to_set_up_is_read_from_what_exists()
    {
        await _installation.Founding.RunAsync(Draft(), _founder, Token);
        var open = await _installation.OpenOrganisationAsync(null, Token);
        Assert.Equal([SetUpStep.Kit, SetUpStep.Domain, SetUpStep.People, SetUpStep.Import, SetUpStep.Addresses], await LeftAsync(open));
        await _installation.Kit.NoteKeptAsync(_founder, Token);
        await open.CheckAndSetAsync(new Dictionary<string, string?> { ["sends-from"] = "192.0.2.10 2001:db8::10", ["bounce-host"] = "mx.greenvalley.test" }, Actor.LocalOwner, Token);
        await open.People.AddAsync("Maria", Roles.Marketer | Roles.Approver, Actor.LocalOwner, Token);
        Assert.Contains("invite a second person", (await open.SetUp.RunAsync(Actor.LocalOwner, Token)).Steps.Single(step => step.Step == SetUpStep.People).Words, StringComparison.Ordinal);
        await open.People.AddAsync("Ben", Roles.Approver, Actor.LocalOwner, Token);
        await open.Compliance.Consent.AttestAsync("ehr", true, "Verified at check-in.", Actor.LocalOwner, Token);
        Assert.Equal([SetUpStep.Import], await LeftAsync(open));
        await open.LoadDemoAsync(5, Actor.LocalOwner, Token);
        Assert.Empty(await LeftAsync(open));
        Assert.Contains(open.DnsRecords, record => record.Value == "v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all");
        Assert.DoesNotContain(open.DnsRecords, record => record.IsIncomplete);
        await Assert.ThrowsAsync<RefusedException>(() => open.SetUp.RunAsync(new Actor("u", "Maria", Roles.Marketer), Token));
    }

    [Fact]
    public async Task Nothing_is_sent_to_made_up_patients()
    {
        await _installation.Founding.RunAsync(Draft(), _founder, Token);
        var open = await _installation.OpenOrganisationAsync(null, Token);
        await open.LoadDemoAsync(5, Actor.LocalOwner, Token);
        await open.Desk().CreateAsync(Sealpost.Tests.Campaigns.TestClinic.Content("news"), Actor.LocalOwner, Token);
        var sending = await open.SendingAsync(Token);
        foreach (var attempt in new Func<Task>[]
        {
            () => sending.SendAsync("news", Actor.LocalOwner, Token),
            () => sending.ScheduleAsync("news", DateTimeOffset.MaxValue, Actor.LocalOwner, Token),
            () => sending.ResumeAsync("news", null, Actor.LocalOwner, Token),
            () => open.Campaigns.Test.RunAsync(1, null, false, Actor.LocalOwner, Token),
        })
            Assert.Contains("made up", (await Assert.ThrowsAsync<RefusedException>(attempt)).Message, StringComparison.Ordinal);
        await open.RemoveDemoAsync(Actor.LocalOwner, Token);
        Assert.Contains("second person", (await Assert.ThrowsAsync<RefusedException>(() => sending.SendAsync("news", Actor.LocalOwner, Token))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "mail.x.test", "1 Road, Town 12345", null, "name as patients know it")]
    [InlineData("X", "no domain", "1 Road, Town 12345", null, "is no domain")]
    [InlineData("X", "mail.x.test", "Road, Town", null, "physical one")]
    [InlineData("X", "mail.x.test", "1 Road, Town 12345", "http://mail.x.test", "https address")]
    public void A_draft_says_what_cannot_be_used(string name, string domain, string address, string? url, string why) =>
        Assert.Contains(why, Assert.Throws<RefusedException>(() => OrganisationDraft.Check(name, domain, address, url, "UTC")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sends-from", "192.0.2.300")]
    [InlineData("sends-from", "7")]
    [InlineData("bounce-host", "not a host")]
    [InlineData("bounce-host", "localhost")]
    public void A_setting_that_cannot_stand_in_dns_is_refused(string name, string value) =>
        Assert.StartsWith(name, Assert.Throws<RefusedException>(() => OrganisationSettings.Check(name, value)).Message, StringComparison.Ordinal);

    private static async Task<IEnumerable<SetUpStep>> LeftAsync(OpenOrganisation open) =>
        (await open.SetUp.RunAsync(Actor.LocalOwner, Token)).Steps.Where(step => !step.Done).Select(step => step.Step);

    private async Task<Session> JoinAsync(string link, string name, string email)
    {
        var key = TimeCode.NewKey();
        var chosen = new NewCredentials(name, email) { Password = "correct horse battery staple", AuthenticatorKey = key, Code = TimeCode.At(key, _installation.Time.GetUtcNow()) };
        var joined = await _installation.People.Accept.JoinAsync(link, chosen, "test", Token);
        return (await _installation.People.Sessions.OpenAsync(joined.Cookie, Token)).Session!;
    }
}
