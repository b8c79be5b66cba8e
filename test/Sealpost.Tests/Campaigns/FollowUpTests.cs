using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Tests.Campaigns;

public sealed class FollowUpTests : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];
    private TestClinic _clinic = null!;
    private DemoMailbox _mailbox = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open))
            await open.DisposeAsync();
    }

    [Fact]
    public async Task Only_those_left_for_the_chosen_reason_are_written_to_and_each_is_decided_anew()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(6, "a.example");
        _clinic.Policy = new ConsentPolicy();
        var first = await _clinic.SendAndWaitAsync(TestClinic.Content("first") with { Purpose = Purpose.Treatment });
        Assert.Equal(6, first.Withheld.ByReason[nameof(WithholdReason.UnverifiedAddress)]);

        // The addresses are attested since, and one patient opted out of everything.
        _clinic.Policy = new ConsentPolicy { AttestedSources = new HashSet<string> { "fhir" } };
        await _clinic.AddPatientsAsync(2, "a.example");
        await _clinic.Context.Consent.SuppressAsync(null, new(3), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        var left = Assert.Single(await FollowUp.LeftAsync(first.Campaign, TestClinic.Author, Token));
        Assert.True(left is { Patients: 6, MayPass: true, Reason: WithholdReason.UnverifiedAddress });
        var draft = await FollowUp.RunAsync(first.Campaign, [(left.Outcome, left.Reason)], null, TestClinic.Author, Token);
        Assert.Equal(("first-2", CampaignState.Draft), (draft.Name, draft.State));

        await _clinic.Desk.SubmitAsync("first-2", TestClinic.Author, Token);
        await _clinic.Desk.ApproveAsync("first-2", TestClinic.Approver, Token);
        await _clinic.Send.SendAsync("first-2", TestClinic.Author, Token);
        await _clinic.Send.WaitAsync("first-2", Token);
        var report = await _clinic.ReportAsync("first-2");
        Assert.Equal((6, 5, 1), (report.Selected, report.Accepted, report.Withheld.Basis));
        Assert.True(report.AddsUp);
    }

    [Fact]
    public async Task A_follow_up_reveals_what_the_earlier_audience_revealed()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(1, "a.example");
        await _clinic.ApprovedAsync(TestClinic.Content("diabetes") with { Audience = "condition in (icd10:E11*) or age > 0" });
        await _clinic.Send.SendAsync("diabetes", TestClinic.Author, Token);
        await _clinic.Send.WaitAsync("diabetes", Token);
        var plain = TestClinic.Content("plain") with { FollowUp = new FollowUp { Campaign = 1, Outcomes = [(int)Outcome.Expired] } };
        var campaign = await _clinic.Desk.CreateAsync(plain, TestClinic.Author, Token);
        Assert.Equal(MessageClass.N2, (await PreparedCampaign.FromAsync(campaign, _clinic.Context, _clinic.Desk.Store, Token)).Basis.Class);
    }

    [Fact]
    public async Task Those_whose_host_took_or_refused_the_message_are_not_written_to_again()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(1, "a.example");
        var first = await _clinic.SendAndWaitAsync(TestClinic.Content("first"));
        foreach (var outcome in new[] { Outcome.Accepted, Outcome.Rejected, Outcome.InDoubt })
            await Assert.ThrowsAsync<RefusedException>(() => FollowUp.RunAsync(first.Campaign, [(outcome, null)], null, TestClinic.Author, Token));
        await Assert.ThrowsAsync<RefusedException>(() => FollowUp.RunAsync(first.Campaign, [], null, TestClinic.Author, Token));
    }

    private StartFollowUp FollowUp => new(_clinic.Context, _clinic.Desk);

    private async Task OpenAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _open.Add(_mailbox);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
        _open.Add(_clinic);
    }
}
