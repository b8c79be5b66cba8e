using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;

namespace Sealpost.App.Api;

/// <summary>Campaigns under way and their reports.</summary>
internal static class CampaignSendApi
{
    public static void Map(RouteGroupBuilder campaigns)
    {
        campaigns.MapPost("/{id:long}/test", (Caller caller, long id, WantedTest wanted, CancellationToken cancellationToken) =>
            caller.Organisation.Campaigns.Test.RunAsync(id, wanted.To, wanted.EveryBranch ?? false, caller.Actor, cancellationToken)).WithSummary("Send the message to a colleague, as a made-up patient would get it");
        campaigns.MapPost("/{id:long}/schedule", ScheduleAsync).WithSummary("Send an approved campaign at a time, or move a scheduled one; without a time, at the one it asks for");
        Act(campaigns, "unschedule", "Take a scheduled campaign off its schedule; it stays approved", (sending, name, actor, token) => sending.UnscheduleAsync(name, actor, token));
        Act(campaigns, "send", "Send an approved campaign now", (sending, name, actor, token) => sending.SendAsync(name, actor, token));
        Act(campaigns, "pause", "Pause; a message already under way ends first", (sending, name, actor, token) => sending.PauseAsync(name, actor, token));
        campaigns.MapPost("/{id:long}/resume", ResumeAsync).WithSummary("Go on with a paused campaign; a reason is needed where it paused by itself for complaints");
        Act(campaigns, "cancel", "Stop for good; patients not yet mailed are cancelled", (sending, name, actor, token) => sending.CancelAsync(name, actor, token));
        campaigns.MapGet("/{id:long}/progress", ProgressAsync).WithSummary("How far it is; cheap to ask every second");
        campaigns.MapGet("/{id:long}/report", async (Caller caller, long id, CancellationToken cancellationToken) =>
            FindingsDocument.Of(await caller.Organisation.Campaigns.Findings.RunAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false), ListDeliveries.SeesPatients(caller.Actor)))
            .WithSummary("Report: counts, timeline, clicks, comparison").WithDescription("Compliance and auditors get every number. For others a number of 1 to 10, or one that gives such a number away, is null; shown says how it reads.");
        campaigns.MapGet("/{id:long}/report.csv", (Caller caller, long id, CancellationToken cancellationToken) => ExportAsync(caller, id, "text/csv", ReportCsv.Of, cancellationToken))
            .WithSummary("The report as CSV, small numbers hidden");
        campaigns.MapGet("/{id:long}/report.html", (Caller caller, long id, CancellationToken cancellationToken) => ExportAsync(caller, id, "text/html", ReportHtml.Of, cancellationToken))
            .WithSummary("The report as a page for print, small numbers hidden");
        campaigns.MapGet("/{id:long}/evidence.json", (Caller caller, long id, CancellationToken cancellationToken) => CampaignDownloads.EvidenceAsync(caller.Organisation, id, caller.Actor, cancellationToken))
            .WithSummary("The campaign's evidence: every receipt with its proof, one signed file. For compliance and auditors; recorded");
        campaigns.MapGet("/{id:long}/deliveries", DeliveriesAsync).WithSummary("Deliveries in order; page with after. For compliance and auditors; recorded");
        campaigns.MapPost("/{id:long}/in-doubt/resolve", ResolveAsync).WithSummary("Say what became of a delivery in doubt").WithDescription("Not accepted: it is sent again while its campaign runs, and counts as expired when that is over.");
    }

    private static void Act(RouteGroupBuilder campaigns, string verb, string summary, Func<SendCampaign, string, Actor, CancellationToken, Task> act) =>
        campaigns.MapPost($"/{{id:long}}/{verb}", async (Caller caller, long id, CancellationToken cancellationToken) =>
        {
            var sending = await caller.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
            await act(sending, await CampaignApi.NameAsync(caller, id, cancellationToken).ConfigureAwait(false), caller.Actor, cancellationToken).ConfigureAwait(false);
            return StateAnswer.Of(await caller.Organisation.Desk().GetAsync(id, cancellationToken).ConfigureAwait(false));
        }).WithSummary(summary);

    private static async Task<StateAnswer> ResumeAsync(Caller caller, long id, GivenReason? given, CancellationToken cancellationToken)
    {
        var sending = await caller.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
        await sending.ResumeAsync(await CampaignApi.NameAsync(caller, id, cancellationToken).ConfigureAwait(false), given?.Reason, caller.Actor, cancellationToken).ConfigureAwait(false);
        return StateAnswer.Of(await caller.Organisation.Desk().GetAsync(id, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<StateAnswer> ScheduleAsync(Caller caller, long id, WantedTime wanted, CancellationToken cancellationToken)
    {
        var sending = await caller.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
        await sending.ScheduleAsync(await CampaignApi.NameAsync(caller, id, cancellationToken).ConfigureAwait(false), wanted.At, caller.Actor, cancellationToken).ConfigureAwait(false);
        return StateAnswer.Of(await caller.Organisation.Desk().GetAsync(id, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<NoContent> ResolveAsync(Caller caller, long id, KnownFate fate, CancellationToken cancellationToken)
    {
        caller.Actor.Require(Roles.Marketer | Roles.Compliance, "resolve deliveries in doubt"); // Before the patient is looked for: who may not ask learns nothing.
        var patient = await AuthorizationApi.PatientAsync(caller, fate.Patient, cancellationToken).ConfigureAwait(false);
        var sending = await caller.Organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
        await sending.ResolveInDoubtAsync(await CampaignApi.NameAsync(caller, id, cancellationToken).ConfigureAwait(false), patient, fate.Accepted, caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<ProgressDocument> ProgressAsync(Caller caller, long id, CancellationToken cancellationToken)
    {
        caller.Actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor, "see campaigns");
        return ProgressDocument.Of(await caller.Organisation.Campaigns.Progress.ReadAsync(id, cancellationToken).ConfigureAwait(false), ListDeliveries.SeesPatients(caller.Actor));
    }

    private static async Task<FileContentHttpResult> ExportAsync(Caller caller, long id, string type, Func<CampaignFindings, string> write, CancellationToken cancellationToken) =>
        TypedResults.File(Encoding.UTF8.GetBytes(write(await caller.Organisation.Campaigns.Findings.RunAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false))), type);

    private static async Task<DeliveryPage> DeliveriesAsync(Caller caller, long id, Outcome? outcome, int? after, int? limit, CancellationToken cancellationToken)
    {
        await caller.Organisation.Desk().GetAsync(id, cancellationToken).ConfigureAwait(false);
        var wanted = Math.Clamp(limit ?? 100, 1, DeliveryRecords.LargestPage);
        var page = await caller.Organisation.Campaigns.Deliveries.PageAsync(id, outcome, after, wanted, caller.Actor, cancellationToken).ConfigureAwait(false);
        return new DeliveryPage([.. page.Select(DeliveryAnswer.Of)], page.Count == wanted ? page[^1].Key : null);
    }
}

/// <summary>To which colleague (null: the caller), and whether once for each branch.</summary>
internal sealed record WantedTest(string? To, bool? EveryBranch);

/// <summary>When; null takes the time that the campaign asks for.</summary>
internal sealed record WantedTime(DateTimeOffset? At);

/// <summary>Why a campaign may go on.</summary>
internal sealed record GivenReason(string? Reason);

/// <summary>What became of a patient's delivery.</summary>
/// <param name="Patient">Id as lists show it, or MRN.</param>
/// <param name="Accepted">Whether the host took it.</param>
internal sealed record KnownFate(string Patient, bool Accepted);

/// <summary>A page of deliveries.</summary>
/// <param name="Deliveries">In order.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null after the last.</param>
internal sealed record DeliveryPage(IReadOnlyList<DeliveryAnswer> Deliveries, int? Next);

/// <summary>A delivery.</summary>
internal sealed record DeliveryAnswer(string? Patient, Outcome Outcome, Consent.WithholdReason? Reason, int Attempts, DateTimeOffset ChangedAt, DateTimeOffset? NextAt, int? ReplyCode, Tier? Tier)
{
    public static DeliveryAnswer Of(SeenDelivery seen)
    {
        var record = seen.Record;
        return new(seen.Patient, record.Outcome, record.Reason, record.Attempts, record.ChangedAt, record.NextAt, record.ReplyCode == 0 ? null : record.ReplyCode, record.Tier);
    }
}
