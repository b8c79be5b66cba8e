using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Campaigns.Attachments;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>Files of a message that was opened: listed below it, fetched by a POST of the browser that opened it, for as long as that may show the message again.</summary>
internal static class PickupFilePages
{
    public static void Map(IEndpointRouteBuilder pages, Installation installation) =>
        pages.MapPost("/m/{token}/file", async (string token, HttpContext http, CancellationToken cancellationToken) =>
        {
            if (await PickupPages.OpenAsync(installation, http, token, cancellationToken).ConfigureAwait(false) is not var (visit, pickup))
                return PatientPages.Unknown(http.Request);
            var form = await PatientPages.FormAsync(http.Request, cancellationToken).ConfigureAwait(false);
            return http.Request.Cookies[PickupPages.Cookie] is { Length: > 0 } session
                && long.TryParse(form["file"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var file)
                && await pickup.FileAsync(session, file, cancellationToken).ConfigureAwait(false) is { } opened
                    ? AttachmentAnswer.Of(http, opened)
                    : Over(visit).ToResult(StatusCodes.Status403Forbidden);
        });

    /// <summary>The files below a message; nothing where it has none.</summary>
    public static Html List(PageVisit visit, IReadOnlyList<Attachment> files)
    {
        var words = visit.Words;
        return files.Count == 0 ? Html.Empty : Html.Of($"""
            <h2 id="files">{words.Of("Files", "Archivos")}</h2>
            <p class="soft no-print">{words.Of("You can save them for 15 minutes from now, in this browser.", "Puede guardarlos durante 15 minutos, en este navegador.")}</p>
            <ul class="files" aria-labelledby="files">{Html.Join(files.Select(file => Html.Of($"""
            <li><span class="name"><bdi>{file.Name}</bdi><span class="soft">{AttachmentTypes.Word(file.Type, words.Spanish)}, {AttachmentTypes.Size(file.Bytes)}</span></span>
            <form method="post" action="{words.Link($"/m/{visit.Token}/file")}"><input type="hidden" name="file" value="{file.Id}"><button class="button quiet" type="submit" aria-label="{words.Of("Save", "Guardar")} {file.Name}">{words.Of("Save", "Guardar")}</button></form></li>
            """)))}</ul>
            """);
    }

    private static PatientPage Over(PageVisit visit)
    {
        var words = visit.Words;
        var body = Html.Of($"""
            <p class="note" role="status">{words.Of("A file can be saved for 15 minutes after its message was opened, in the browser that opened it. That browser has to accept cookies.", "Un archivo se puede guardar durante 15 minutos después de abrir su mensaje, en el navegador que lo abrió. Ese navegador tiene que aceptar cookies.")}</p>
            <form method="post" action="{words.Link($"/m/{visit.Token}")}"><button class="button" type="submit" name="act" value="begin">{words.Of("Back to the message", "Volver al mensaje")}</button></form>
            <p class="soft">{words.Of("You can also call us.", "También puede llamarnos.")}</p>
            """);
        return visit.Page("", words.Of("This file is not open any more", "Este archivo ya no está abierto"), body);
    }
}
