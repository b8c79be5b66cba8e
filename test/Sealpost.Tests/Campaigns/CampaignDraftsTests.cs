using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content.Drafts;
using Sealpost.People;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignDraftsTests : IAsyncLifetime
{
    private static readonly CampaignDraft Complete = new()
    {
        Name = "recall",
        About = Purpose.AdminPayment,
        PromotesOthers = false,
        Paid = PaidBy.Nobody,
        Audience = "age >= 18",
        From = "Green Valley Clinic <care@mail.greenvalley.example>",
        Subject = "A message from your clinic",
        Body = "Dear {{ patient.given_name }}, please call us.",
    };

    private static readonly CampaignDraft InTwoLanguages = Complete with
    {
        Variants = [new MessageVariant { Language = "es", Subject = "Un mensaje de su clínica", Body = "Llámenos.", BodyFile = "body.es.md" }],
    };

    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync();

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task An_incomplete_draft_is_found_again_as_it_was_written()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete with { Subject = "", Body = "Half a sen" }, 0, TestClinic.Author, Token);
        var open = await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token);
        Assert.Equal(("Half a sen", "age >= 18", 1L), (open.Draft.Body, open.Draft.Audience, open.Revision));
    }

    [Fact]
    public async Task A_new_campaign_lacks_something_in_every_step_but_the_schedule()
    {
        var open = await _clinic.Drafts.ReadAsync(await StartAsync(), TestClinic.Author, Token);
        Assert.Equal([DraftStep.Purpose, DraftStep.Audience, DraftStep.Content], open.Problems.Select(problem => problem.Step).Distinct());
    }

    [Theory]
    [InlineData("about", DraftStep.Purpose)]
    [InlineData("paid", DraftStep.Purpose)]
    [InlineData("others", DraftStep.Purpose)]
    [InlineData("audience", DraftStep.Audience)]
    [InlineData("from", DraftStep.Content)]
    [InlineData("body", DraftStep.Content)]
    [InlineData("startAt", DraftStep.Schedule)]
    [InlineData("notAfter", DraftStep.Schedule)]
    [InlineData("rate", DraftStep.Schedule)]
    public async Task Each_fault_is_named_with_its_step(string field, DraftStep step)
    {
        var faulty = field switch
        {
            "about" => Complete with { About = null },
            "paid" => Complete with { Paid = PaidBy.Unanswered },
            "others" => Complete with { PromotesOthers = null },
            "audience" => Complete with { Audience = "age >=" },
            "from" => Complete with { From = "Someone <a@elsewhere.example>" },
            "body" => Complete with { Body = "{{ patient.shoe_size }}" },
            "startAt" => Complete with { Start = StartWish.AtTime, StartAt = new DateTime(2020, 1, 1, 9, 0, 0) },
            "notAfter" => Complete with { NotAfter = new DateOnly(2020, 1, 1) },
            _ => Complete with { Rate = 0 },
        };
        var problem = Assert.Single(await _clinic.Drafts.CheckAsync(faulty, Token));
        Assert.Equal((field, step), (problem.Field, problem.Step));
    }

    [Fact]
    public async Task A_change_made_in_another_window_is_not_overwritten()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete, 0, TestClinic.Author, Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.SaveAsync(id, Complete with { Body = "Other" }, 0, TestClinic.Author, Token));
        Assert.Equal(RefusalKind.Changed, refused.Kind);
        Assert.Equal(Complete.Body, (await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token)).Draft.Body);
    }

    [Fact]
    public async Task A_complete_draft_becomes_the_version_that_is_submitted()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete, 0, TestClinic.Author, Token);
        var campaign = await _clinic.Drafts.SubmitAsync(id, 1, "Please look at the date.", TestClinic.Author, Token);
        Assert.Equal((CampaignState.Submitted, Complete.Body, Purpose.AdminPayment), (campaign.State, campaign.Content.Body, campaign.Content.Purpose));
        var remark = Assert.Single(await _clinic.Reviews.RemarksAsync(id, Token));
        Assert.Equal((RemarkKind.Submitted, "Please look at the date."), (remark.Kind, remark.Words));
    }

    [Fact]
    public async Task An_incomplete_draft_is_not_submitted()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete with { Subject = "" }, 0, TestClinic.Author, Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.SubmitAsync(id, 1, null, TestClinic.Author, Token));
        Assert.Contains("subject", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_wrote_on_the_draft_may_not_approve_it()
    {
        var both = new Actor("u-both", "Both", Roles.Marketer | Roles.Approver);
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete, 0, both, Token);
        await _clinic.Drafts.SaveAsync(id, Complete with { Preheader = "Please read" }, 1, TestClinic.Author, Token);
        await _clinic.Drafts.SubmitAsync(id, 2, null, TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.ApproveAsync("recall", both, Token));
        Assert.Equal(CampaignState.Approved, (await _clinic.Desk.ApproveAsync("recall", TestClinic.Approver, Token)).State);
    }

    [Fact]
    public async Task A_submitted_campaign_takes_no_draft_until_it_is_opened_again()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete, 0, TestClinic.Author, Token);
        await _clinic.Drafts.SubmitAsync(id, 1, null, TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.SaveAsync(id, Complete with { Body = "x" }, 1, TestClinic.Author, Token));
        Assert.Equal(CampaignState.Draft, (await _clinic.Drafts.ReopenAsync(id, TestClinic.Author, Token)).State);
        Assert.Equal("x", (await _clinic.Drafts.SaveAsync(id, Complete with { Body = "x" }, 1, TestClinic.Author, Token)).Draft.Body);
    }

    [Fact]
    public async Task A_draft_that_was_deleted_comes_back_as_it_was_and_needs_its_approval_anew()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete, 0, TestClinic.Author, Token);
        await _clinic.Drafts.SubmitAsync(id, 1, null, TestClinic.Author, Token);
        await _clinic.Desk.ApproveAsync("recall", 2, null, TestClinic.Approver, Token);
        await _clinic.Desk.Store.TransitAsync(new CampaignTransition(id, CampaignAct.Cancel, TestClinic.Author.Id) { Columns = [("ended_at", 1L)] }, Token);
        var back = await _clinic.Drafts.ReopenAsync(id, TestClinic.Author, Token);
        Assert.Equal((CampaignState.Draft, null, null), (back.State, back.ApprovedHash, back.EndedAt));
        Assert.Equal(Complete.Body, (await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token)).Draft.Body);
        Assert.Single(await _clinic.LedgerAsync("campaign.brought-back"));
    }

    [Fact]
    public async Task A_forecast_of_a_draft_is_of_what_stands_in_it()
    {
        await _clinic.AddPatientsAsync(23, "a.example");
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete with { Audience = "" }, 0, TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.ForecastAsync(id, look: false, null, TestClinic.Author, Token));
        await _clinic.Drafts.SaveAsync(id, Complete with { Audience = "age >= 18" }, 1, TestClinic.Author, Token);
        Assert.Equal(23, (await _clinic.Drafts.ForecastAsync(id, look: false, null, new Actor("u-c", "Cora", Roles.Compliance), Token)).Selected);
        Assert.Equal(20, (await _clinic.Drafts.ForecastAsync(id, look: false, null, TestClinic.Author, Token)).Selected);
    }

    [Fact]
    public async Task A_version_made_from_a_file_replaces_an_older_draft()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete, 0, TestClinic.Author, Token);
        _clinic.Clock.Advance(TimeSpan.FromMinutes(1));
        await _clinic.Desk.ReviseAsync(TestClinic.Content("recall") with { Subject = "From a file" }, TestClinic.Author, Token);
        Assert.Equal("From a file", (await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token)).Draft.Subject);
    }

    [Fact]
    public async Task A_name_that_another_campaign_has_is_refused()
    {
        await _clinic.Desk.CreateAsync(TestClinic.Content("taken"), TestClinic.Author, Token);
        var id = await StartAsync();
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.SaveAsync(id, Complete with { Name = "taken" }, 0, TestClinic.Author, Token));
        await _clinic.Drafts.SaveAsync(id, Complete with { Name = "other" }, 0, TestClinic.Author, Token);
        Assert.Equal(id, (await _clinic.Desk.GetAsync("other", Token)).Id);
    }

    [Fact]
    public async Task Nothing_of_a_draft_can_be_read_in_the_store()
    {
        var id = await StartAsync();
        await _clinic.Drafts.SaveAsync(id, Complete with { Audience = "condition in (icd10:E11*)", Body = "Your Zanzibarcode" }, 0, TestClinic.Author, Token);
        foreach (var file in Directory.GetFiles(_clinic.Folder, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var text = await reader.ReadToEndAsync(Token);
            Assert.False(text.Contains("E11", StringComparison.Ordinal) && text.Contains("icd10", StringComparison.Ordinal));
            Assert.DoesNotContain("Zanzibarcode", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_languages_that_a_change_leaves_as_they_were_are_remembered_until_they_are_changed_too()
    {
        var taken = InTwoLanguages with { ContentSource = new PinnedSource { Id = 7, Version = 2, Name = "call-us" } };
        var message = taken.ToMessage();
        Assert.Same(taken, taken.With(message));
        var english = taken.With(message with { Fallback = message.Fallback with { Body = "Call us by June 9." } });
        Assert.Equal((null, "Call us by June 9."), (english.ContentSource, english.Body));
        Assert.Equal(["es"], english.Unrevised);
        var both = english.With(english.ToMessage() with { Variants = [message.Variants[0] with { Body = "Llámenos antes del 9 de junio." }] });
        Assert.Empty(both.Unrevised!);
        Assert.Equal("Llámenos antes del 9 de junio.", both.Variants[0].Body);
    }

    [Fact]
    public void A_language_that_is_removed_is_no_longer_warned_of()
    {
        var message = InTwoLanguages.ToMessage();
        var english = InTwoLanguages.With(message with { Fallback = message.Fallback with { Subject = "Call us" } });
        var alone = english.With(english.ToMessage() with { Variants = [] });
        Assert.Empty(alone.Unrevised!);
        Assert.Null(InTwoLanguages.With(message with { Variants = [] }).Unrevised);
    }

    [Fact]
    public async Task A_fault_in_one_language_is_named_with_it_and_with_the_part_in_which_it_stands()
    {
        var spanish = new MessageVariant { Language = "es", Subject = "Un mensaje", Body = "Estimado\n{{ patient.shoe_size }}", BodyFile = "body.es.md", TextFile = "body.es.txt" };
        var problem = Assert.Single(await _clinic.Drafts.CheckAsync(Complete with { Variants = [spanish] }, Token));
        Assert.Equal(("es", "body", 2), (problem.Language, problem.Field, problem.Line));
        problem = Assert.Single(await _clinic.Drafts.CheckAsync(Complete with { Variants = [spanish with { Body = "Hola", Text = "{{ patient.shoe_size }}" }] }, Token));
        Assert.Equal(("es", "text", 1), (problem.Language, problem.Field, problem.Line));
        problem = Assert.Single(await _clinic.Drafts.CheckAsync(Complete with { Subject = "{{ patient.shoe_size }}", Variants = [spanish with { Body = "Hola" }] }, Token));
        Assert.Equal(("en", "subject", 0), (problem.Language, problem.Field, problem.Line));
        Assert.Null(Assert.Single(await _clinic.Drafts.CheckAsync(Complete with { Body = "{{ patient.shoe_size }}" }, Token)).Language);
    }

    private async Task<long> StartAsync() => (await _clinic.Drafts.StartAsync("recall", TestClinic.Author, Token)).Id;
}
