using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Campaigns.TlsReports;

/// <summary>How TLS to one domain went on one day, and whether the domain was told.</summary>
/// <param name="Day">UTC day.</param>
/// <param name="Domain">Receiving domain.</param>
/// <param name="State">What became of the report.</param>
/// <param name="Good">Sessions that satisfied a policy; a session under two policies counts for each.</param>
/// <param name="Failed">Sessions that did not.</param>
public sealed record TlsReportLine(DateOnly Day, string Domain, TlsReportState State, long Good, long Failed)
{
    /// <summary>Never the domain.</summary>
    public override string ToString() => "TLS report";
}

/// <summary>Lists the last 30 days of TLS reports to receiving domains.</summary>
public sealed class ListTlsReports(OrganisationContext context)
{
    private const int Most = 1_000;

    /// <summary>The newest day first, then what failed most; at most 1,000 lines.</summary>
    public async Task<IReadOnlyList<TlsReportLine>> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor | Roles.Administrator, "see receiving domains");
        var days = await new TallyRows(context).AllAsync(Most, cancellationToken).ConfigureAwait(false);
        return
        [
            .. days.Select(day => new TlsReportLine(day.Day, day.Domain, day.State, day.Policies.Sum(policy => policy.Successes), day.Policies.Sum(policy => policy.Failures)))
                .OrderByDescending(line => line.Day).ThenByDescending(line => line.Failed).ThenBy(line => line.Domain, StringComparer.Ordinal),
        ];
    }
}

/// <summary>States in words.</summary>
public static class TlsReportWords
{
    /// <summary>A few words.</summary>
    public static string Of(TlsReportState state) => state switch
    {
        TlsReportState.Sent => "told",
        TlsReportState.NotAsked => "does not ask",
        TlsReportState.TooFew => "too few patients to tell",
        TlsReportState.GivenUp => "could not be told",
        _ => "to be told",
    };
}
