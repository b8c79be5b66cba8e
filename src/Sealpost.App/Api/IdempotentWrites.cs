using Sealpost.App.Hosting;
using Sealpost.App.Pages.Shared;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.App.Api;

/// <summary>Writes with an <c>Idempotency-Key</c> header happen once: the second request with the same key gets the first one's answer.</summary>
internal static class IdempotentWrites
{
    public const string Header = "Idempotency-Key";

    /// <summary>Marks an answer that an earlier request with the same key got.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>The replayed answer is whole.</summary>
    public const string Whole = "true";

    /// <summary>The replayed answer lacks its body, which was larger than what is kept.</summary>
    public const string BodyLeftOut = "body-left-out";

    /// <summary>Characters.</summary>
    public const int LongestKey = 200;

    /// <summary>A larger body is not kept; status and headers are.</summary>
    public const int LargestKeptBytes = 1024 * 1024;

    /// <summary>Whether requests with this method can change something.</summary>
    public static bool IsWrite(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method);

    public static async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Headers.TryGetValue(Header, out var header) || !IsWrite(http.Request.Method)
            || await SeatAsync(http).ConfigureAwait(false) is not { } seat)
        {
            await next(http).ConfigureAwait(false);
            return;
        }

        var key = header.ToString();
        if (key.Length is 0 or > LongestKey || key.Any(letter => letter is < '!' or > '~'))
        {
            await Refuse(http, $"{Header} takes 1 to {LongestKey} visible ASCII characters, such as a random UUID.", StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<TakesNoKey>() is not null)
        {
            await Refuse(http, $"This operation takes no {Header}: send the request without it.", StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        await OnceAsync(http, next, new RepeatedRequests(seat.Organisation.Context), seat.Actor, key).ConfigureAwait(false);
    }

    /// <summary>Runs a request, or answers it as it was answered before.</summary>
    /// <param name="http">The request.</param>
    /// <param name="next">What does the work.</param>
    /// <param name="requests">Earlier answers.</param>
    /// <param name="actor">Who asks. An answer is given again to the same roles only: it may hold what others may not see.</param>
    /// <param name="key">The key, checked.</param>
    public static async Task OnceAsync(HttpContext http, RequestDelegate next, RepeatedRequests requests, Actor actor, string key)
    {
        var caller = actor.Id;
        try
        {
            if (await requests.ClaimAsync(caller, key, await DescribeAsync(http.Request, actor).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false) is { } kept)
            {
                http.Response.Headers[ReplayedHeader] = kept.IsWhole ? Whole : BodyLeftOut;
                await SendAsync(http.Response, kept).ConfigureAwait(false);
                return;
            }
        }
        catch (RefusedException refused)
        {
            await Refuse(http, refused.Message, refused.Kind == RefusalKind.Changed ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity).ConfigureAwait(false);
            return;
        }

        var body = http.Response.Body;
        using var buffer = new MemoryStream();
        http.Response.Body = buffer;
        var answered = false;
        try
        {
            await next(http).ConfigureAwait(false);
            answered = http.Response.StatusCode is < StatusCodes.Status500InternalServerError and not StatusCodes.Status409Conflict; // The cause of a conflict can be mended, and then the request is meant.
        }
        finally
        {
            http.Response.Body = body;
            if (!answered)
                await requests.ReleaseAsync(caller, key, CancellationToken.None).ConfigureAwait(false);
        }

        // Kept even where the caller has gone: the work is done.
        if (answered)
            await requests.KeepAsync(caller, key, ReplyOf(http.Response, buffer), CancellationToken.None).ConfigureAwait(false);
        buffer.Position = 0;
        await buffer.CopyToAsync(body, http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<Seat?> SeatAsync(HttpContext http)
    {
        var seats = await http.RequestServices.GetRequiredService<MembershipLookup>().SeatsAsync(http.User, http.RequestAborted).ConfigureAwait(false);
        return seats.Count > 0 ? seats[0] : null;
    }

    private static async Task<string> DescribeAsync(HttpRequest request, Actor actor)
    {
        request.EnableBuffering(bufferThreshold: 64 * 1024 * 1024); // Never to disk: a body may hold PHI.
        var hash = await System.Security.Cryptography.SHA256.HashDataAsync(request.Body, request.HttpContext.RequestAborted).ConfigureAwait(false);
        request.Body.Position = 0;
        return $"{RoleNames.List(actor.Roles)} {request.Method} {request.Path}{request.QueryString} {Convert.ToHexStringLower(hash)}";
    }

    private static KeptReply ReplyOf(HttpResponse response, MemoryStream body)
    {
        var reply = new KeptReply(response.StatusCode, response.ContentType ?? "", []) { Location = response.Headers.Location.ToString() };
        return body.Length <= LargestKeptBytes ? reply with { Body = body.ToArray() } : reply with { ContentType = "", IsWhole = false };
    }

    private static Task SendAsync(HttpResponse response, KeptReply kept)
    {
        response.StatusCode = kept.Status;
        if (kept.Location.Length > 0)
            response.Headers.Location = kept.Location;
        if (kept.ContentType.Length > 0)
            response.ContentType = kept.ContentType;
        return kept.Body.Length == 0 ? Task.CompletedTask : response.Body.WriteAsync(kept.Body).AsTask();
    }

    private static Task Refuse(HttpContext http, string why, int status) =>
        Results.Problem(why, statusCode: status, title: "Refused").ExecuteAsync(http);
}

/// <summary>On an operation whose body is a stream of any length: it is not remembered, and repeating it does no harm.</summary>
internal sealed class TakesNoKey;
