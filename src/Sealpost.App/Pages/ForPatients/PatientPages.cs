using Sealpost.App.Hosting;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Pages that patients reach from an email: no account, no cookie, no script. GET and HEAD never change anything, so a scanner that follows every link does nothing.</summary>
internal static class PatientPages
{
    private const long LargestBodyBytes = 16 * 1024;

    private static readonly string[] Reading = ["GET", "HEAD"];

    public static void Map(IEndpointRouteBuilder web, Installation installation)
    {
        // No cookie carries authority here, so a forged form has none to borrow: the token in the path is all there is.
        var pages = web.MapGroup("").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(LargestBodyBytes));
        pages.MapMethods("/healthz", Reading, () => Results.Json(new { status = "ok" }));
        pages.MapMethods(PatientStyle.Path, Reading, () => Results.Text(PatientStyle.Text, "text/css"));
        UnsubscribePages.Map(pages, installation);
        PreferencePages.Map(pages, installation);
        AddressPages.Map(pages, installation);
        UnencryptedPages.Map(pages, installation);
        WhyPages.Map(pages, installation);
        AuthorizationPages.Map(pages, installation);
        PickupPages.Map(pages, installation);

        // Whatever else is asked for here is answered here: no patient is ever led to the sign-in of staff.
        pages.Map("/{area:regex(^[upam]$)}/{**rest}", (HttpRequest request) => Unknown(request)).WithOrder(1_000);
    }

    /// <summary>Maps a page that only reads.</summary>
    public static void MapReading(this IEndpointRouteBuilder pages, string pattern, Delegate page) => pages.MapMethods(pattern, Reading, page);

    /// <summary>The answer to a link that is not ours, has ended, or is another organisation's: always the same.</summary>
    public static IResult Unknown(HttpRequest request)
    {
        var words = Words.For(request, null);
        var body = Html.Of($"""
            <p>{words.Of("It may have been cut off, or it has ended. Copy the whole link from the email, or open the newest email from us.", "Puede que esté incompleto o que haya vencido. Copie el enlace entero del correo, o abra nuestro correo más reciente.")}</p>
            <p>{words.Of("You can also call or write to us: telephone and address are at the end of the email.", "También puede llamarnos o escribirnos: el teléfono y la dirección están al final del correo.")}</p>
            """);
        return new PatientPage(words, null, "", words.Of("This link does not work", "Este enlace no funciona"), body).ToResult(StatusCodes.Status404NotFound);
    }

    /// <summary>The answer to a network that asks too often.</summary>
    public static IResult Busy(HttpRequest request)
    {
        var words = Words.For(request, null);
        var body = Html.Of($"<p>{words.Of("Too much is asked from your network at this moment. Wait a minute and go back to try again, or call us.", "En este momento se pide demasiado desde su red. Espere un minuto y vuelva atrás para intentarlo otra vez, o llámenos.")}</p>");
        return new PatientPage(words, null, "", words.Of("Please wait a minute", "Espere un minuto, por favor"), body).ToResult(StatusCodes.Status429TooManyRequests);
    }

    /// <summary>The answer to a form posted on a page.</summary>
    public static IResult SeeOther(HttpContext http, string path)
    {
        http.Response.Headers.Location = path;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>The form of a request; empty where there is none. Never throws for bad input.</summary>
    public static async Task<IFormCollection> FormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
            return FormCollection.Empty;
        try
        {
            return await request.ReadFormAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            return FormCollection.Empty;
        }
    }
}
