namespace Sealpost.Delivery.DomainReports;

/// <summary>Adds sessions up as a TLS report counts them. RFC 8460 §4.4.</summary>
internal static class SessionCounts
{
    /// <summary>Kinds of failure kept apart within one policy; what goes beyond is counted without host and address.</summary>
    private const int MostDetails = 200;

    /// <summary>One session.</summary>
    public static ReportedPolicy Of(TlsAttempt attempt) => new(
        TlsAttempt.NameOf(attempt.Policy),
        // §1.1: for DANE the policy domain is the base domain of the TLSA records.
        attempt.Policy == TlsPolicyType.Tlsa && attempt.MxPatterns.Count > 0 ? attempt.MxPatterns[0] : attempt.Domain,
        attempt.PolicyStrings,
        attempt.Policy == TlsPolicyType.Sts ? attempt.MxPatterns : [],
        attempt.Failure is null ? 1 : 0,
        attempt.Failure is null ? 0 : 1,
        attempt.Failure is { } failure ? [new FailedSessions(TlsAttempt.NameOf(failure), "", attempt.MxHost ?? "", attempt.ReceivingIp ?? "", 1, "")] : []);

    /// <summary>Joins those of the same policy, in the order in which policies came first.</summary>
    public static IReadOnlyList<ReportedPolicy> Sum(IEnumerable<ReportedPolicy> policies) =>
    [
        .. policies
            .GroupBy(policy => (policy.Type, policy.Domain, Strings: string.Join('\n', policy.Strings), Hosts: string.Join('\n', policy.MxHosts)))
            .Select(same => same.First() with
            {
                Successes = same.Sum(policy => policy.Successes),
                Failures = same.Sum(policy => policy.Failures),
                Details = Details(same.SelectMany(policy => policy.Details)),
            }),
    ];

    private static List<FailedSessions> Details(IEnumerable<FailedSessions> details)
    {
        var sums = Same(details);
        return sums.Count <= MostDetails ? sums : Same([.. sums.Take(MostDetails), .. sums.Skip(MostDetails).Select(one => one with { Mx = "", ReceivingIp = "" })]);
    }

    private static List<FailedSessions> Same(IEnumerable<FailedSessions> details) =>
    [
        .. details
            .GroupBy(one => one with { Count = 0 })
            .Select(same => same.Key with { Count = same.Sum(one => one.Count) }),
    ];
}
