using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.Audience;
using Sealpost.Campaigns;

namespace Sealpost.App.Api;

/// <summary>Saved audiences: list, write, history, restore, delete and undo. Addresses hold numbers only: a name can betray a condition.</summary>
internal static class SavedAudienceApi
{
    private const int LargestPage = 200;

    public static void Map(IEndpointRouteBuilder audiences)
    {
        audiences.MapPost("/find", FindAsync).WithSummary("Saved audiences in order of number; page with after").WithDescription("A POST, since the words looked for may name a condition and so must not stand in an address.");
        audiences.MapGet("/", (Caller caller, bool? deleted, long? after, int? limit, CancellationToken token) => FindAsync(caller, new AudienceSearch(null, deleted, after, limit), token)).WithSummary("Saved audiences in order of number; page with after");
        audiences.MapPost("/", CreateAsync).WithSummary("Save a new audience");
        audiences.MapGet("/{id:long}", async (Caller caller, long id, CancellationToken token) => SavedAnswer.Of(await GetAsync(caller, id, token).ConfigureAwait(false))).WithSummary("The newest version");
        audiences.MapPut("/{id:long}", async (Caller caller, long id, AudienceRevision revision, CancellationToken token) => SavedAnswer.Of(await caller.Organisation.SavedAudiences
            .ReviseAsync(id, revision.BasedOn, revision.Name, revision.Query.ValueKind == JsonValueKind.Undefined ? null : AudienceApi.Parse(revision.Query), caller.Actor, token).ConfigureAwait(false))).WithSummary("Save a version; 409 where somebody saved meanwhile");
        audiences.MapDelete("/{id:long}", async (Caller caller, long id, CancellationToken token) =>
        {
            await caller.Organisation.SavedAudiences.DeleteAsync(id, caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Delete; undelete brings it back");
        audiences.MapPost("/{id:long}/undelete", async (Caller caller, long id, CancellationToken token) => SavedAnswer.Of(await caller.Organisation.SavedAudiences.UndeleteAsync(id, caller.Actor, token).ConfigureAwait(false))).WithSummary("Bring a deleted audience back");
        audiences.MapPost("/{id:long}/copy", async (Caller caller, long id, CancellationToken token) => SavedAnswer.Of(await caller.Organisation.SavedAudiences.CopyAsync(id, caller.Actor, token).ConfigureAwait(false))).WithSummary("A copy under the next free name");
        audiences.MapGet("/{id:long}/history", async (Caller caller, long id, CancellationToken token) => (await caller.Organisation.SavedAudiences.HistoryAsync(id, caller.Actor, token).ConfigureAwait(false)).Select(SavedAnswer.Of)).WithSummary("Every version, newest first");
        audiences.MapGet("/{id:long}/versions/{version:int}/changes", ChangesAsync).WithSummary("What changed from a version to another (to; the newest where it is left out), in words and part by part");
        audiences.MapPost("/{id:long}/versions/{version:int}/restore", async (Caller caller, long id, int version, CancellationToken token) => SavedAnswer.Of(await caller.Organisation.SavedAudiences.RestoreAsync(id, version, caller.Actor, token).ConfigureAwait(false))).WithSummary("Make an earlier version's rule the newest");
        audiences.MapGet("/{id:long}/uses", async (Caller caller, long id, CancellationToken token) => (await caller.Organisation.SavedAudiences.UsesAsync(id, caller.Actor, token).ConfigureAwait(false)).Select(use => new UseAnswer(use.Campaign.Id, use.Campaign.Name, use.Campaign.State, use.Version))).WithSummary("Campaigns that have its rule");
    }

    private static async Task<ChangesAnswer> ChangesAsync(Caller caller, long id, int version, int? to, CancellationToken cancellationToken)
    {
        var after = to ?? (await GetAsync(caller, id, cancellationToken).ConfigureAwait(false)).Version;
        var words = await caller.Organisation.Audiences.SpeechAsync(cancellationToken).ConfigureAwait(false);
        return ChangesAnswer.Of(await caller.Organisation.SavedAudiences.CompareAsync(id, version, after, words, caller.Actor, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<SavedPage> FindAsync(Caller caller, AudienceSearch search, CancellationToken cancellationToken)
    {
        var all = await caller.Organisation.SavedAudiences.ListAsync(search.Deleted ?? false, caller.Actor, cancellationToken).ConfigureAwait(false);
        var limit = Math.Clamp(search.Limit ?? 50, 1, LargestPage);
        var found = all.Where(one => one.Id > (search.After ?? 0) && (string.IsNullOrEmpty(search.Find) || one.Name.Contains(search.Find, StringComparison.OrdinalIgnoreCase))).OrderBy(one => one.Id).Take(limit + 1).ToList();
        return new SavedPage([.. found.Take(limit).Select(SavedAnswer.Of)], found.Count > limit ? found[limit - 1].Id : null);
    }

    private static async Task<Created<SavedAnswer>> CreateAsync(Caller caller, NewAudience audience, CancellationToken cancellationToken)
    {
        var saved = await caller.Organisation.SavedAudiences.CreateAsync(audience.Name ?? "", AudienceApi.Parse(audience.Query), caller.Actor, cancellationToken).ConfigureAwait(false);
        var number = caller.Organisation.Context.Organisation.Id.Value;
        return TypedResults.Created($"{ApiRoutes.Root}/organisations/{number}/audiences/{saved.Id}", SavedAnswer.Of(saved));
    }

    private static async Task<SavedAudience> GetAsync(Caller caller, long id, CancellationToken cancellationToken) =>
        await caller.Organisation.SavedAudiences.GetAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such audience.") { Kind = RefusalKind.NotFound };
}

/// <summary>What to list.</summary>
internal sealed record AudienceSearch(string? Find, bool? Deleted, long? After, int? Limit);

/// <summary>An audience to save.</summary>
internal sealed record NewAudience(string? Name, JsonElement Query);

/// <summary>A version to save: the version it was made from; a name or query left out stays.</summary>
internal sealed record AudienceRevision(int BasedOn, string? Name, JsonElement Query);

/// <summary>Saved audiences.</summary>
internal sealed record SavedPage(IReadOnlyList<SavedAnswer> Audiences, long? Next);

/// <summary>A version of a saved audience.</summary>
internal sealed record SavedAnswer(long Id, string Name, int Version, string Query, string SavedBy, DateTimeOffset SavedAt, DateTimeOffset? DeletedAt)
{
    public static SavedAnswer Of(SavedAudience saved) => new(saved.Id, saved.Name, saved.Version, saved.Query, saved.Actor, saved.SavedAt, saved.DeletedAt);
}

/// <summary>What changed between two versions.</summary>
/// <param name="Before">The older version.</param>
/// <param name="After">The newer version.</param>
/// <param name="Words">A sentence for each change.</param>
/// <param name="Lines">Both rules as one, part by part.</param>
internal sealed record ChangesAnswer(int Before, int After, IReadOnlyList<string> Words, IReadOnlyList<RuleLine> Lines)
{
    public static ChangesAnswer Of(AudienceComparison comparison) => new(
        comparison.Before.Version, comparison.After.Version, comparison.Words, comparison.Lines);
}

/// <summary>A campaign that has an audience's rule.</summary>
internal sealed record UseAnswer(long Campaign, string Name, CampaignState State, int Version);
