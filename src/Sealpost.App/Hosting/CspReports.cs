namespace Sealpost.App.Hosting;

/// <summary>Counts what browsers say our own policies stopped. The report's text is not kept: it could hold an address of a page.</summary>
internal sealed partial class CspReports(ILogger<CspReports> log)
{
    private long _count;

    /// <summary>Reports since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Headers.ReportPath, (CspReports reports) =>
    {
        reports.Note();
        return Results.NoContent();
    }).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();

    private void Note()
    {
        var count = Interlocked.Increment(ref _count);
        if (count == 1)
            LogFirst(log);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A browser reported that the content security policy stopped something; further reports are only counted.")]
    private static partial void LogFirst(ILogger log);
}
