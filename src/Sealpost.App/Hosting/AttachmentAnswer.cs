using Microsoft.Net.Http.Headers;
using Sealpost.Campaigns.Attachments;

namespace Sealpost.App.Hosting;

/// <summary>A file of a campaign as an answer: saved, never shown in place, and nothing in it can run or load.</summary>
internal static class AttachmentAnswer
{
    private const string Policy = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

    public static IResult Of(HttpContext http, OpenedAttachment opened)
    {
        // RFC 6266 §4.3 and appendix D: the plain form for old browsers, the extended one in UTF-8.
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(opened.File.Name);
        http.Response.Headers.ContentDisposition = disposition.ToString();
        http.Response.Headers.ContentSecurityPolicy = Policy;
        return Results.Bytes(opened.Content, AttachmentTypes.MediaType(opened.File.Type));
    }
}
