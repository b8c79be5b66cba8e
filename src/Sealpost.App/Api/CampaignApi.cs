using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Library;
using Sealpost.Reports;

namespace Sealpost.App.Api;

/// <summary>Campaigns: written, reviewed, approved by a second person. Addresses hold numbers only: a name can betray a condition.</summary>
internal static class CampaignApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var campaigns = api.MapGroup("/organisations/{org}/campaigns").WithTags("Campaigns");
        campaigns.MapPost("/find", FindAsync).WithSummary("List campaigns, newest first; page with before").WithDescription("A POST, since the words looked for may name a condition and so must not stand in an address.");
        campaigns.MapGet("/", (Caller caller, string? state, long? before, int? limit, CancellationToken cancellationToken) =>
            FindAsync(caller, new FindCampaigns(States(state), null, before, limit), cancellationToken)).WithSummary("List campaigns, newest first; page with before");
        campaigns.MapPost("/", CreateAsync).WithSummary("Start a campaign, with or without its draft");
        campaigns.MapGet("/{id:long}", ReadAsync).WithSummary("A campaign with its draft and what that lacks");
        campaigns.MapPut("/{id:long}/draft", SaveAsync).WithSummary("Keep the draft, complete or not; 409 where it was changed meanwhile");
        campaigns.MapPost("/{id:long}/reopen", ReopenAsync).WithSummary("Make it a draft again; voids an approval. Also where it was cancelled before anything was sent");
        campaigns.MapPost("/{id:long}/submit", SubmitAsync).WithSummary("Hand the draft over for approval");
        campaigns.MapGet("/{id:long}/review", (Caller caller, long id, CancellationToken cancellationToken) => caller.Organisation.Campaigns.Reviews.ReadAsync(id, caller.Actor, cancellationToken))
            .WithSummary("What an approver looks at");
        campaigns.MapGet("/{id:long}/preview", PreviewAsync).WithSummary("The message as made-up patients get it, every branch that one reaches; no patient is read");
        campaigns.MapPost("/{id:long}/forecast", ForecastAsync)
            .WithSummary("What would become of it, after a look at the mail hosts").WithDescription("Connects to each receiving domain's host once, verifies it and leaves; no patient is named. A host seen within the last day is not looked at again. Takes up to minutes.");
        campaigns.MapPost("/{id:long}/approve", ApproveAsync).WithSummary("Approve the version looked at; never one's own. Where it asks for a time to come, it starts by itself then");
        campaigns.MapPost("/{id:long}/send-back", SendBackAsync).WithSummary("Send back to the author, with the reason");
        campaigns.MapPost("/{id:long}/comments", CommentAsync).WithSummary("Add a comment");
        campaigns.MapPost("/{id:long}/copy", CopyAsync).WithSummary("A new draft with the same content");
        campaigns.MapGet("/{id:long}/left", LeftAsync)
            .WithSummary("Whom it did not reach, and why; small numbers as the report shows them");
        campaigns.MapPost("/{id:long}/follow-up", FollowUpAsync).WithSummary("A new draft for some of those whom it did not reach");
        AttachmentApi.Map(campaigns);
        CampaignSendApi.Map(campaigns);
        NotReachedApi.Map(campaigns);
        api.MapGet("/organisations/{org}/home", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.Campaigns.Home.RunAsync(caller.Actor, cancellationToken))
            .WithTags("Campaigns").WithSummary("What needs the caller, what runs, last results");
        api.MapGet("/organisations/{org}/destinations", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.Campaigns.Destinations.RunAsync(caller.Actor, cancellationToken))
            .WithTags("Campaigns").WithSummary("Receiving domains with their pace, last problem and next try; those in trouble first");
        api.MapGet("/organisations/{org}/destinations/tls-reports", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.Campaigns.TlsReports.RunAsync(caller.Actor, cancellationToken))
            .WithTags("Campaigns").WithSummary("How TLS to receiving domains went, by day, and whether they were told").WithDescription("Reports by RFC 8460 of the last 30 days, newest first; at most 1,000 lines.");
    }

    /// <summary>The name that the other operations go by.</summary>
    public static async Task<string> NameAsync(Caller caller, long id, CancellationToken cancellationToken) =>
        (await caller.Organisation.Desk().GetAsync(id, cancellationToken).ConfigureAwait(false)).Name;

    private static Task<CampaignListPage> FindAsync(Caller caller, FindCampaigns find, CancellationToken cancellationToken) =>
        caller.Organisation.Campaigns.List.PageAsync(new CampaignListRequest(find.States ?? [], find.Find, find.Before, find.Limit ?? 50), caller.Actor, cancellationToken);

    private static async Task<IReadOnlyList<PreviewAnswer>> PreviewAsync(Caller caller, long id, CancellationToken cancellationToken)
    {
        var studio = new MessageStudio(caller.Organisation.Context, new ContentLibrary(caller.Organisation.Context));
        var open = await caller.Organisation.Campaigns.Drafts.ReadAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false);
        var content = open.Campaign.State == CampaignState.Draft ? open.Draft.ToContent(caller.Organisation.Context.Organisation.TimeZone) : open.Campaign.Content;
        return PreviewAnswer.Of(await studio.ReportAsync(content.ToDraft(), caller.Actor, cancellationToken).ConfigureAwait(false), studio);
    }

    private static async Task<CampaignForecast> ForecastAsync(Caller caller, long id, CancellationToken cancellationToken)
    {
        var campaign = await caller.Organisation.Desk().GetAsync(id, cancellationToken).ConfigureAwait(false);
        return campaign.State == CampaignState.Draft
            ? await caller.Organisation.Campaigns.Drafts.ForecastAsync(id, look: true, null, caller.Actor, cancellationToken).ConfigureAwait(false)
            : await caller.Organisation.Desk().LookAndForecastAsync(campaign.Name, caller.Actor, null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Created<CampaignAnswer>> CreateAsync(Caller caller, NewCampaign wanted, CancellationToken cancellationToken)
    {
        var drafts = caller.Organisation.Campaigns.Drafts;
        var campaign = await drafts.StartAsync(wanted.Name, caller.Actor, cancellationToken).ConfigureAwait(false);
        if (wanted.Draft is { } draft)
            await drafts.SaveAsync(campaign.Id, draft with { Name = wanted.Name }, 0, caller.Actor, cancellationToken).ConfigureAwait(false);
        var number = caller.Organisation.Context.Organisation.Id.Value;
        return TypedResults.Created($"{ApiRoutes.Root}/organisations/{number}/campaigns/{campaign.Id}", CampaignAnswer.Of(await drafts.ReadAsync(campaign.Id, caller.Actor, cancellationToken).ConfigureAwait(false)));
    }

    private static async Task<CampaignAnswer> ReadAsync(Caller caller, long id, CancellationToken cancellationToken) =>
        CampaignAnswer.Of(await caller.Organisation.Campaigns.Drafts.ReadAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<CampaignAnswer> SaveAsync(Caller caller, long id, SavedDraft saved, CancellationToken cancellationToken) =>
        CampaignAnswer.Of(await caller.Organisation.Campaigns.Drafts.SaveAsync(id, saved.Draft, saved.Revision, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<StateAnswer> ReopenAsync(Caller caller, long id, CancellationToken cancellationToken) =>
        StateAnswer.Of(await caller.Organisation.Campaigns.Drafts.ReopenAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<StateAnswer> SubmitAsync(Caller caller, long id, SubmittedDraft submitted, CancellationToken cancellationToken) =>
        StateAnswer.Of(await caller.Organisation.Campaigns.Drafts.SubmitAsync(id, submitted.Revision, submitted.Words, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<StateAnswer> ApproveAsync(Caller caller, long id, ApprovedVersion approved, CancellationToken cancellationToken) => StateAnswer.Of(await caller.Organisation.Desk()
        .ApproveAsync(await NameAsync(caller, id, cancellationToken).ConfigureAwait(false), approved.Version, approved.Words, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<StateAnswer> SendBackAsync(Caller caller, long id, SpokenWords spoken, CancellationToken cancellationToken) => StateAnswer.Of(await caller.Organisation.Desk()
        .SendBackAsync(await NameAsync(caller, id, cancellationToken).ConfigureAwait(false), spoken.Words, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<NoContent> CommentAsync(Caller caller, long id, SpokenWords spoken, CancellationToken cancellationToken)
    {
        await caller.Organisation.Desk().CommentAsync(id, spoken.Words, caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<StateAnswer> CopyAsync(Caller caller, long id, NamedCopy copy, CancellationToken cancellationToken) => StateAnswer.Of(await caller.Organisation.Desk()
        .CopyAsync(await NameAsync(caller, id, cancellationToken).ConfigureAwait(false), copy.Name, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<StateAnswer> FollowUpAsync(Caller caller, long id, WantedFollowUp wanted, CancellationToken cancellationToken) => StateAnswer.Of(await caller.Organisation.Campaigns.FollowUp
        .RunAsync(id, [.. wanted.Left.Select(left => (left.Outcome, left.Reason))], wanted.Name, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<IReadOnlyList<LeftNumbers>> LeftAsync(Caller caller, long id, CancellationToken cancellationToken)
    {
        var left = await caller.Organisation.Campaigns.FollowUp.LeftAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false);
        var report = await new ReadCampaignReport(caller.Organisation.Context).RunAsync(await NameAsync(caller, id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return LeftNumbers.Of(left, report, ListDeliveries.SeesPatients(caller.Actor));
    }

    private static List<CampaignState> States(string? names)
    {
        var states = new List<CampaignState>();
        foreach (var name in (names ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            states.Add(Enum.TryParse<CampaignState>(name, ignoreCase: true, out var state) && name.All(char.IsAsciiLetter) ? state : throw new RefusedException($"'{name}' is no state. States are {string.Join(", ", Enum.GetNames<CampaignState>()).ToLowerInvariant()}."));
        return states;
    }
}

/// <summary>What to list.</summary>
internal sealed record FindCampaigns(IReadOnlyList<CampaignState>? States, string? Find, long? Before, int? Limit);

/// <summary>A campaign to start.</summary>
internal sealed record NewCampaign(string Name, CampaignDraft? Draft);

/// <summary>A draft and the revision last seen.</summary>
internal sealed record SavedDraft(long Revision, CampaignDraft Draft);

/// <summary>Which revision is submitted, and words for the approver.</summary>
internal sealed record SubmittedDraft(long Revision, string? Words);

/// <summary>Which version is approved, and words for the author.</summary>
internal sealed record ApprovedVersion(int Version, string? Words);

/// <summary>Words.</summary>
internal sealed record SpokenWords(string Words);

/// <summary>Name of a copy; null takes the next free one.</summary>
internal sealed record NamedCopy(string? Name);

/// <summary>Whom to follow up.</summary>
internal sealed record WantedFollowUp(string? Name, IReadOnlyList<LeftGroup> Left);

/// <summary>An outcome, for the withheld with its reason.</summary>
internal sealed record LeftGroup(Outcome Outcome, WithholdReason? Reason);

/// <summary>A campaign with its draft.</summary>
internal sealed record CampaignAnswer(
    long Id, CampaignState State, int Version, string Author, string? Approver, DateOnly? AsOf, DateTimeOffset? ScheduledAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, long Revision, CampaignDraft Draft,
    IReadOnlyList<DraftProblem> Problems, PurposeConsequence? Consequence)
{
    public static CampaignAnswer Of(OpenDraft open)
    {
        var campaign = open.Campaign;
        return new(campaign.Id, campaign.State, campaign.Version, campaign.Author, campaign.Approver, campaign.AsOf, campaign.ScheduledAt, campaign.StartedAt, campaign.EndedAt, open.Revision, open.Draft, open.Problems, open.Consequence);
    }
}

/// <summary>A campaign's state.</summary>
internal sealed record StateAnswer(long Id, CampaignState State, int Version, DateOnly? AsOf, DateTimeOffset? ScheduledAt)
{
    public static StateAnswer Of(Campaign campaign) => new(campaign.Id, campaign.State, campaign.Version, campaign.AsOf, campaign.ScheduledAt);
}
