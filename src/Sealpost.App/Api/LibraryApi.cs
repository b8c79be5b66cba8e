using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;

namespace Sealpost.App.Api;

/// <summary>What templates share: blocks, and the brand kit. A block's name travels in bodies: it can betray a condition.</summary>
internal static class LibraryApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var blocks = api.MapGroup("/organisations/{org}/blocks").WithTags("Blocks");
        blocks.MapGet("", async (Caller caller, CancellationToken token) =>
            (await Library(caller).Blocks.ListAsync(caller.Actor, token).ConfigureAwait(false)).Select(BlockAnswer.Of)).WithSummary("Blocks, newest version of each");
        blocks.MapPost("", SaveAsync).WithSummary("Save a block, new or as a further version; expected is the newest one that the caller saw, 0 for a new block");
        blocks.MapGet("/{id:long}/versions", async (Caller caller, long id, CancellationToken token) =>
            (await Library(caller).Blocks.HistoryAsync(await NameAsync(caller, id, token).ConfigureAwait(false), caller.Actor, token).ConfigureAwait(false)).Select(BlockAnswer.Of)).WithSummary("Every version, newest first");
        blocks.MapDelete("/{id:long}", RetireAsync).WithSummary("Take a block away; templates that still call it say so, campaigns are not touched");
        var brand = api.MapGroup("/organisations/{org}/brand").WithTags("Brand");
        brand.MapGet("", (Caller caller, CancellationToken token) => Library(caller).Brand.GetAsync(caller.Actor, token)).WithSummary("The brand kit in use; version 0 is the one that Sealpost brings");
        brand.MapGet("/versions", (Caller caller, CancellationToken token) => Library(caller).Brand.HistoryAsync(caller.Actor, token)).WithSummary("Every version, newest first");
        brand.MapPut("", async (Caller caller, WantedBrand wanted, CancellationToken token) =>
            new VersionAnswer(await Library(caller).Brand.SaveAsync(wanted.Expected, wanted.Kit, caller.Actor, token).ConfigureAwait(false))).WithSummary("Save a version of the brand kit; expected is the newest one that the caller saw");
    }

    private static async Task<BlockAnswer> SaveAsync(Caller caller, WantedBlock wanted, CancellationToken cancellationToken)
    {
        var blocks = Library(caller).Blocks;
        await blocks.SaveAsync(wanted.Name, wanted.Expected, wanted.ToDraft(), caller.Actor, cancellationToken).ConfigureAwait(false);
        return BlockAnswer.Of((await blocks.HistoryAsync(wanted.Name, caller.Actor, cancellationToken).ConfigureAwait(false))[0]);
    }

    private static async Task<NoContent> RetireAsync(Caller caller, long id, CancellationToken cancellationToken)
    {
        await Library(caller).Blocks.RetireAsync(await NameAsync(caller, id, cancellationToken).ConfigureAwait(false), caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<string> NameAsync(Caller caller, long id, CancellationToken cancellationToken) =>
        (await Library(caller).Blocks.ListAsync(caller.Actor, cancellationToken).ConfigureAwait(false)).FirstOrDefault(block => block.Id == id)?.Name
            ?? throw new RefusedException("There is no such block.") { Kind = RefusalKind.NotFound };

    private static ContentLibrary Library(Caller caller) => new(caller.Organisation.Context);
}

/// <summary>A block's text in one language.</summary>
internal sealed record BlockBody(string Language, string Body);

/// <summary>A block as sent: the first text is the fallback.</summary>
internal sealed record WantedBlock(string Name, int Expected, BodyFormat Format, IReadOnlyList<BlockBody> Texts)
{
    public BlockDraft ToDraft() => new() { Format = Format, Texts = [.. Texts.Select(text => new MessageVariant { Language = Languages.Normalise(text.Language) ?? text.Language, Body = text.Body })] };
}

/// <summary>A block version.</summary>
internal sealed record BlockAnswer(long Id, string Name, int Version, string Author, DateTimeOffset SavedAt, BodyFormat Format, IReadOnlyList<BlockBody> Texts)
{
    public static BlockAnswer Of(BlockVersion block) => new(
        block.Id, block.Name, block.Version, block.Author, block.SavedAt, block.Draft.Format, [.. block.Draft.Texts.Select(text => new BlockBody(text.Language, text.Body))]);
}

/// <summary>A brand kit to save.</summary>
internal sealed record WantedBrand(int Expected, BrandKit Kit);

/// <summary>The version that was saved.</summary>
internal sealed record VersionAnswer(int Version);
