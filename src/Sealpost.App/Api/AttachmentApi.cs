using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.App.Hosting;
using Sealpost.Campaigns.Attachments;

namespace Sealpost.App.Api;

/// <summary>Files of a campaign: every operation may be repeated and then changes nothing more.</summary>
internal static class AttachmentApi
{
    public static void Map(IEndpointRouteBuilder campaigns)
    {
        campaigns.MapGet("/{id:long}/files", (Caller caller, long id, CancellationToken cancellationToken) => Files(caller).ListAsync(id, caller.Actor, cancellationToken))
            .WithSummary("Files that the campaign carries: of its draft while it is one");
        campaigns.MapPost("/{id:long}/files", AddAsync).Accepts<Stream>("application/octet-stream").WithSummary("Add a file to the draft: the body is the file")
            .WithDescription($"The file's name goes, percent-encoded, into the header {ImportRoutes.NameHeader}. Taken are {AttachmentTypes.All}, judged by content; at most {CheckAttachment.MostFiles} files and {CheckAttachment.MostBytes / 1_000_000} MB together. A file of the same name is replaced. With files the message is never mailed: every patient reads it on our page.");
        campaigns.MapGet("/{id:long}/files/{file:long}", async (Caller caller, long id, long file, HttpContext http) =>
            AttachmentAnswer.Of(http, await Files(caller).OpenAsync(id, file, caller.Actor, http.RequestAborted).ConfigureAwait(false))).WithSummary("A file itself; the ledger records who opened it");
        campaigns.MapDelete("/{id:long}/files/{file:long}", async Task<NoContent> (Caller caller, long id, long file, CancellationToken cancellationToken) =>
        {
            await Files(caller).RemoveAsync(id, file, caller.Actor, cancellationToken).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Take a file out of the draft; one that is not in it changes nothing");
    }

    private static AttachmentDesk Files(Caller caller) => caller.Organisation.Campaigns.Files;

    private static async Task<Attachment> AddAsync(Caller caller, long id, HttpContext http)
    {
        await caller.Organisation.Desk().GetAsync(id, http.RequestAborted).ConfigureAwait(false);
        var content = await LimitedBody.ReadAsync(http.Request, CheckAttachment.MostBytes, http.RequestAborted).ConfigureAwait(false);
        return await Files(caller).AddAsync(id, ImportRoutes.NameOf(http), content, caller.Actor, http.RequestAborted).ConfigureAwait(false);
    }
}
