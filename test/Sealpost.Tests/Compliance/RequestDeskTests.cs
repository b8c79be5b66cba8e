using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Sealpost.Campaigns.Returned;
using Sealpost.Compliance;
using Sealpost.Consent;
using Sealpost.People;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Pages;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Compliance;

/// <summary>A patient's own words are found behind however many failed addresses: by kind, page after page.</summary>
public sealed class RequestDeskTests(ServedOffice office, Chromium chromium)
{
    private const int Failed = 55;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_paged_and_filtered_by_kind()
    {
        await using var clinic = await TestClinic.CreateAsync();
        await clinic.AddPatientsAsync(2, "a.example");
        var requests = StopAddress.RequestsOf(clinic.Context);
        string[] kinds = [PatientRequestKinds.AddressFailed, PatientRequestKinds.Complaint, PatientRequestKinds.Reply, PatientRequestKinds.AddressFailed, PatientRequestKinds.Address];
        foreach (var kind in kinds)
            await requests.AddAsync(new PatientNumber(1), kind, 1, kind, Token);
        var desk = new RequestDesk(clinic.Context);
        async Task<IReadOnlyList<string>> KindsAsync(RequestGroup group, long after, int limit) => [.. (await desk.ListAsync(true, group, after, limit, TestClinic.Officer, Token)).Select(line => line.Request.Kind)];
        Assert.Equal(kinds, await KindsAsync(RequestGroup.All, 0, RequestDesk.PageSize));
        Assert.Equal(kinds[..2], await KindsAsync(RequestGroup.All, 0, 2));
        Assert.Equal(kinds[2..], await KindsAsync(RequestGroup.All, 2, RequestDesk.PageSize));
        Assert.Equal([PatientRequestKinds.Reply, PatientRequestKinds.Address], await KindsAsync(RequestGroup.Patients, 0, RequestDesk.PageSize));
        Assert.Equal([PatientRequestKinds.AddressFailed], await KindsAsync(RequestGroup.Addresses, 1, RequestDesk.PageSize));
        Assert.Equal([PatientRequestKinds.Complaint], await KindsAsync(RequestGroup.Complaints, 0, RequestDesk.PageSize));
        Assert.Equal((RequestGroup.Patients, RequestGroup.All), (RequestDesk.GroupOf("PATIENTS"), RequestDesk.GroupOf(null)));
        Assert.Throws<RefusedException>(() => RequestDesk.GroupOf("1"));
        await Assert.ThrowsAsync<RefusedException>(() => desk.ListAsync(true, RequestGroup.All, 0, 1, new Actor("u", "Otto", Roles.Auditor), Token));
    }

    [Fact]
    public async Task A_reply_is_found_behind_many_failed_addresses_by_page_api_and_command()
    {
        const string Words = "Please call me at work instead.";
        await office.StartedAsync();
        var organisation = await office.Installation.OpenOrganisationAsync("Green Valley Clinic", Token);
        var requests = StopAddress.RequestsOf(organisation.Context);
        for (var i = 0; i < Failed; i++)
            Assert.NotNull(await requests.AddAsync(new PatientNumber(i % 4), PatientRequestKinds.AddressFailed, 0, "Find the right address.", Token));
        Assert.NotNull(await requests.AddAsync(new PatientNumber(8), PatientRequestKinds.Reply, 0, Words, Token));

        using var officer = await office.ClientAsync("officer-of-requests", "compliance");
        var found = await officer.GetFromJsonAsync<JsonElement>($"/api/v1/organisations/{office.Number}/requests?kind=patients", Token);
        Assert.Contains(found.GetProperty("requests").EnumerateArray(), one => one.GetProperty("text").GetString() == Words);
        Assert.DoesNotContain(found.GetProperty("requests").EnumerateArray(), one => one.GetProperty("kind").GetString() == PatientRequestKinds.AddressFailed);
        using var refused = await officer.GetAsync($"/api/v1/organisations/{office.Number}/requests?kind=nonsense", Token);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains(Words, await office.RunAsync(["request", "list", "--kind", "patients"]), StringComparison.Ordinal);
        Assert.DoesNotContain(Words, await office.RunAsync(["request", "list", "--kind", "addresses"]), StringComparison.Ordinal);

        await using var browser = await AtBrowser.OpenAsync(chromium, office.Url);
        await browser.EnterAsync(await office.LinkAsync());
        await browser.GoAsync($"/o/{office.Number}/forms");
        var shown = browser.Page.Locator("article.entry");
        await browser.Button("Show open requests").ClickAsync();
        await Assertions.Expect(shown).ToHaveCountAsync(50);
        await browser.Button("Show more").ClickAsync();
        await Assertions.Expect(shown.GetByText(Words)).ToBeVisibleAsync();
        await browser.Page.SelectOptionAsync("#requests-about", "Patients");
        await Assertions.Expect(browser.Page.GetByText("Email address does not work")).ToHaveCountAsync(0);
        await Assertions.Expect(shown.GetByText(Words)).ToBeVisibleAsync();
        await browser.LookAsync("requests");
        browser.AssertQuiet();
    }
}
