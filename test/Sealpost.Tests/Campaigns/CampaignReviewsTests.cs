using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignReviewsTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        await _clinic.AddPatientsAsync(3, "a.example");
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task The_approver_sees_size_rule_withheld_and_fields()
    {
        await _clinic.Context.Consent.SuppressAsync(null, new(1), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        var review = await SubmittedAsync(TestClinic.Content("one") with { Body = "Dear {{ patient.full_name }}, {{ labs[\"4548-4\"].value | default: 0 }}" });
        // Tens for who may not see patients, the numbers for who may.
        Assert.Equal((10L, 10L), (review.Forecast.Selected, review.Forecast.Lawful));
        var exact = await _clinic.Reviews.ReadAsync(review.Campaign.Id, TestClinic.Officer, Token);
        Assert.Equal((3L, 2L), (exact.Forecast.Selected, exact.Forecast.Lawful));
        Assert.Equal("Aged 18 or older.", review.Rule);
        Assert.Equal(WithholdReason.Suppressed, Assert.Single(review.Forecast.Withheld).Reason);
        Assert.Contains(new UsedField("patient.full_name", "identifier"), review.Fields!);
        Assert.Contains(review.Fields!, field => field.Label == "clinical");
        Assert.Null(review.Obstacle);
    }

    [Fact]
    public async Task The_author_is_told_that_a_second_person_must_approve()
    {
        var id = (await SubmittedAsync(TestClinic.Content("one"))).Campaign.Id;
        var both = TestClinic.Author with { Roles = Roles.Marketer | Roles.Approver };
        Assert.Contains("second person", (await _clinic.Reviews.ReadAsync(id, both, Token)).Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changed_since_the_last_approval_is_shown_line_by_line()
    {
        var content = TestClinic.Content("one") with { Body = "First line\n\nSecond line\n\nThird line" };
        var first = await SubmittedAsync(content);
        await _clinic.Desk.ApproveAsync("one", TestClinic.Approver, Token);
        await _clinic.Desk.ReviseAsync(content with { Body = "First line\n\nAnother line\n\nThird line", Subject = "New" }, TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync("one", TestClinic.Author, Token);
        var review = await _clinic.Reviews.ReadAsync(first.Campaign.Id, TestClinic.Approver, Token);
        Assert.Equal((1, 2), (review.ApprovedBefore, review.Changes.Count));
        var lines = review.Changes.Single(change => change.Part == "Message").Lines;
        Assert.Contains(new ComparedLine(LineChange.Removed, "Second line"), lines);
        Assert.Contains(new ComparedLine(LineChange.Added, "Another line"), lines);
        Assert.Contains(new ComparedLine(LineChange.Same, ""), lines);
    }

    [Fact]
    public async Task A_campaign_sent_back_is_a_draft_again_and_its_author_reads_why()
    {
        var id = (await SubmittedAsync(TestClinic.Content("one"))).Campaign.Id;
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.SendBackAsync("one", " ", TestClinic.Approver, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.SendBackAsync("one", "No.", TestClinic.Author, Token));
        Assert.Equal(CampaignState.Draft, (await _clinic.Desk.SendBackAsync("one", "Say who pays.", TestClinic.Approver, Token)).State);
        var last = (await _clinic.Reviews.RemarksAsync(id, Token))[^1];
        Assert.Equal((RemarkKind.SentBack, "Say who pays.", TestClinic.Approver.Id), (last.Kind, last.Words, last.Actor));
        Assert.Contains("campaign.sent-back u-approver", await _clinic.LedgerAsync("campaign.sent-back"));
    }

    [Fact]
    public async Task A_version_other_than_the_one_looked_at_is_not_approved()
    {
        await SubmittedAsync(TestClinic.Content("one"));
        await _clinic.Desk.ReviseAsync(TestClinic.Content("one") with { Subject = "Changed" }, TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync("one", TestClinic.Author, Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.ApproveAsync("one", 1, null, TestClinic.Approver, Token));
        Assert.Equal(RefusalKind.Changed, refused.Kind);
    }

    [Fact]
    public async Task Counting_clicks_and_following_up_are_part_of_what_is_approved()
    {
        var hashes = new HashSet<string>();
        foreach (var content in new[] { TestClinic.Content("a"), TestClinic.Content("a") with { CountClicks = true }, TestClinic.Content("a") with { FollowUp = new FollowUp { Campaign = 1, Outcomes = [5] } } })
            hashes.Add(content.ApprovalHash("h"));
        Assert.Equal(3, hashes.Count);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task What_was_approved_is_read_when_all_is_over_and_counts_nobody()
    {
        var review = await SubmittedAsync(TestClinic.Content("one"));
        var id = review.Campaign.Id;
        Assert.Null(await _clinic.Reviews.ReadSignedAsync(id, TestClinic.Approver, Token));
        await _clinic.Desk.ApproveAsync("one", 1, "Good.", TestClinic.Approver, Token);
        await _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE campaign SET state = 6", [], token), Token);
        var signed = await _clinic.Reviews.ReadSignedAsync(id, TestClinic.Author, Token);
        Assert.NotNull(signed);
        Assert.Equal((review.ApprovalHash, review.Rule, "Good."), (signed.ApprovalHash, signed.Rule, signed.Remarks[^1].Words));
        Assert.Equal(review.Fields, signed.Fields);
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Reviews.ReadSignedAsync(id, new Actor("u-auditor", "Aud", Roles.Auditor), Token));
    }

    [Fact]
    public async Task What_was_approved_is_shown_though_its_template_is_refused_by_now()
    {
        var id = (await _clinic.Desk.CreateAsync(TestClinic.Content("old") with { Body = "{{ patient.of_an_older_version }}" }, TestClinic.Author, Token)).Id;
        await _clinic.Context.Database.WriteAsync((transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE campaign SET state = 6, approved_hash = 'hash'", [], token), Token);
        var signed = await _clinic.Reviews.ReadSignedAsync(id, TestClinic.Author, Token);
        Assert.NotNull(signed);
        Assert.Equal((null, "Aged 18 or older.", "hash"), (signed.Fields, signed.Rule, signed.ApprovalHash));
    }

    private async Task<CampaignReview> SubmittedAsync(CampaignContent content)
    {
        var campaign = await _clinic.Desk.CreateAsync(content, TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync(content.Name, TestClinic.Author, Token);
        return await _clinic.Reviews.ReadAsync(campaign.Id, TestClinic.Approver, Token);
    }
}
