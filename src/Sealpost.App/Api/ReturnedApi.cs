using Sealpost.Reports;

namespace Sealpost.App.Api;

/// <summary>Returned mail and reports about our domains, as numbers.</summary>
internal static class ReturnedApi
{
    private const int Month = 30;

    public static void Map(IEndpointRouteBuilder api)
    {
        var returned = api.MapGroup("/organisations/{org}").WithTags("Returned mail");
        returned.MapGet("/returned-mail", (Caller caller, int? days, CancellationToken token) =>
            new ReadReturned(caller.Organisation.Context).RunAsync(days ?? Month, caller.Actor, token)).WithSummary("What came back in the last days (30), by day, by what was done, and why");
        returned.MapGet("/domain-reports", (Caller caller, int? days, CancellationToken token) =>
            new ReadReturned(caller.Organisation.Context).DomainsAsync(days ?? Month, caller.Actor, token)).WithSummary("DMARC and TLS reports of others about our domains in the last days (30)");
    }
}
