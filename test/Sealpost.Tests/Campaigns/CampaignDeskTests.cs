using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignDeskTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync();

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task Nobody_approves_what_he_wrote_not_even_the_local_owner()
    {
        await _clinic.Desk.CreateAsync(TestClinic.Content("own"), Actor.LocalOwner, Token);
        await _clinic.Desk.SubmitAsync("own", Actor.LocalOwner, Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.ApproveAsync("own", Actor.LocalOwner, Token));
        Assert.Contains("second person", refused.Message, StringComparison.Ordinal);
        Assert.Equal(CampaignState.Approved, (await _clinic.Desk.ApproveAsync("own", TestClinic.Approver, Token)).State);
    }

    [Fact]
    public async Task An_author_of_an_earlier_version_may_not_approve_either()
    {
        var both = new Actor("u-both", "Both", Roles.Marketer | Roles.Approver);
        await _clinic.Desk.CreateAsync(TestClinic.Content("own"), both, Token);
        await _clinic.Desk.ReviseAsync(TestClinic.Content("own") with { Subject = "News from your clinic" }, TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync("own", TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.ApproveAsync("own", both, Token));
    }

    [Fact]
    public async Task Approval_needs_the_role() =>
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.ApproveAsync("any", TestClinic.Author, Token));

    [Fact]
    public async Task Approval_fixes_the_day_and_the_content()
    {
        await _clinic.ApprovedAsync(TestClinic.Content("fixed"));
        var campaign = await _clinic.Desk.GetAsync("fixed", Token);
        Assert.Equal((_clinic.Context.Today, 64), (campaign.AsOf, campaign.ApprovedHash!.Length));
        Assert.NotEqual(campaign.ApprovedHash, (campaign.Content with { Audience = "age >= 21" }).ApprovalHash(""));
    }

    [Fact]
    public async Task A_missing_value_without_default_is_an_error_at_approval()
    {
        await _clinic.AddPatientsAsync(3, "a.example");
        await _clinic.Desk.CreateAsync(TestClinic.Content("gap") with { Body = "Your doctor is {{ patient.middle_name }}." }, TestClinic.Author, Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(async () =>
        {
            await _clinic.Desk.SubmitAsync("gap", TestClinic.Author, Token);
            await _clinic.Desk.ApproveAsync("gap", TestClinic.Approver, Token);
        });
        Assert.Matches("default|template", refused.Message);
    }

    [Fact]
    public async Task A_forecast_counts_who_would_be_withheld_and_why()
    {
        await _clinic.AddPatientsAsync(5, "a.example");
        await _clinic.Context.Consent.SuppressAsync(null, new Sealpost.Trust.Keys.PatientNumber(2), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        await _clinic.Desk.CreateAsync(TestClinic.Content("look"), TestClinic.Author, Token);
        var forecast = await _clinic.Desk.ForecastAsync("look", Token);
        Assert.Equal((5, 4, MessageClass.N1, Tier.T2), (forecast.Selected, forecast.Lawful, forecast.Class, forecast.MinimumTier));
        Assert.Equal((WithholdReason.Suppressed, 1), (forecast.Withheld[0].Reason, forecast.Withheld[0].Patients));
        Assert.Equal(new TierCount("unknown", 4), Assert.Single(forecast.Tiers));
        Assert.NotEmpty(forecast.NotEvaluated);
    }

    [Fact]
    public async Task A_neutral_message_to_patients_with_a_condition_is_clinical()
    {
        await _clinic.Desk.CreateAsync(TestClinic.Content("taint") with { Audience = "condition in (snomed:44054006)", Body = "Please call us." }, TestClinic.Author, Token);
        Assert.Equal(MessageClass.N2, (await _clinic.Desk.ForecastAsync("taint", Token)).Class);
    }

    [Fact]
    public async Task Who_received_a_clinical_campaign_is_clinical_too()
    {
        await _clinic.Desk.CreateAsync(TestClinic.Content("first") with { Audience = "condition in (snomed:44054006)" }, TestClinic.Author, Token);
        await _clinic.Desk.CreateAsync(TestClinic.Content("second") with { Audience = "campaign first received" }, TestClinic.Author, Token);
        Assert.Equal(MessageClass.N2, (await _clinic.Desk.ForecastAsync("second", Token)).Class);
    }

    [Fact]
    public async Task A_preview_is_an_audited_read()
    {
        await _clinic.AddPatientsAsync(1, "a.example");
        await _clinic.Desk.CreateAsync(TestClinic.Content("show"), TestClinic.Author, Token);
        var preview = await _clinic.Desk.PreviewAsync("show", null, TestClinic.Officer, Token);
        Assert.Contains("Given0", preview.Message!.Text, StringComparison.Ordinal);
        Assert.Equal(["patient.read u-officer"], await _clinic.LedgerAsync("patient."));
    }

    [Fact]
    public async Task Whoever_may_not_read_charts_previews_as_a_made_up_patient()
    {
        await _clinic.AddPatientsAsync(1, "a.example");
        await _clinic.Desk.CreateAsync(TestClinic.Content("show"), TestClinic.Author, Token);
        var preview = await _clinic.Desk.PreviewAsync("show", null, TestClinic.Author, Token);
        Assert.Null(preview.Patient);
        Assert.DoesNotContain("Given0", preview.Message!.Text, StringComparison.Ordinal);
        foreach (var number in new[] { 0, 4_711 })
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => _clinic.Desk.PreviewAsync("show", new PatientNumber(number), TestClinic.Author, Token));
            Assert.Equal(RefusalKind.NotPermitted, refused.Kind);
        }

        Assert.Empty(await _clinic.LedgerAsync("patient."));
    }

    [Fact]
    public async Task A_copy_takes_the_next_free_name_and_is_a_draft()
    {
        await _clinic.ApprovedAsync(TestClinic.Content("flu"));
        await _clinic.Desk.CopyAsync("flu", null, TestClinic.Author, Token);
        var copy = await _clinic.Desk.CopyAsync("flu", null, TestClinic.Author, Token);
        Assert.Equal(("flu-3", CampaignState.Draft), (copy.Name, copy.State));
    }
}
