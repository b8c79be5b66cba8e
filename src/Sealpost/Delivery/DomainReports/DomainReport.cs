namespace Sealpost.Delivery.DomainReports;

/// <summary>What others say about our domains: anybody may send one, so it is data to look at, not a fact to act on.</summary>
internal abstract record DomainReport
{
    private DomainReport()
    {
    }

    /// <summary>Who says it.</summary>
    public required string Reporter { get; init; }

    /// <summary>Its number there.</summary>
    public required string Id { get; init; }

    /// <summary>UTC begin of the time it is about.</summary>
    public required DateTimeOffset Begin { get; init; }

    /// <summary>UTC end of it.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Messages that came under our name, by source (DMARC aggregate report, RFC 9990).</summary>
    public sealed record Dmarc : DomainReport
    {
        /// <summary>Domain in the From field.</summary>
        public required string Domain { get; init; }

        /// <summary>Policy as the reporter read it: <c>none</c>, <c>quarantine</c>, <c>reject</c>.</summary>
        public required string Policy { get; init; }

        /// <summary>By source.</summary>
        public required IReadOnlyList<DmarcRow> Rows { get; init; }
    }

    /// <summary>Connections to our mail hosts, by policy (RFC 8460).</summary>
    public sealed record Tls : DomainReport
    {
        /// <summary>By policy.</summary>
        public required IReadOnlyList<ReportedPolicy> Policies { get; init; }

        /// <summary>Where the reporter can be asked; empty where it does not say.</summary>
        public string Contact { get; init; } = "";
    }
}

/// <summary>Messages of one source under our name.</summary>
/// <param name="Source">IP address.</param>
/// <param name="Count">How many.</param>
/// <param name="Disposition">What the reporter did.</param>
/// <param name="Dkim">DKIM passed and was aligned.</param>
/// <param name="Spf">SPF passed and was aligned.</param>
/// <param name="From">Domain of the From field.</param>
internal sealed record DmarcRow(string Source, long Count, string Disposition, bool Dkim, bool Spf, string From)
{
    /// <summary>Either is enough. RFC 9989 §5.3.</summary>
    public bool Passed => Dkim || Spf;
}

/// <summary>Sessions under one policy.</summary>
/// <param name="Type"><c>sts</c>, <c>tlsa</c> or <c>no-policy-found</c>.</param>
/// <param name="Domain">Policy domain; empty where the report leaves it out.</param>
/// <param name="Strings">The policy as found, line by line.</param>
/// <param name="MxHosts">Patterns of the policy.</param>
/// <param name="Successes">Sessions that went well.</param>
/// <param name="Failures">Sessions that did not.</param>
/// <param name="Details">Why not.</param>
internal sealed record ReportedPolicy(string Type, string Domain, IReadOnlyList<string> Strings, IReadOnlyList<string> MxHosts, long Successes, long Failures, IReadOnlyList<FailedSessions> Details);

/// <summary>Sessions that failed alike.</summary>
/// <param name="Result">Result type (RFC 8460 §4.3), such as <c>certificate-expired</c>.</param>
/// <param name="SendingIp">Address of the sender; empty where not told.</param>
/// <param name="Mx">Receiving host; empty where not told.</param>
/// <param name="ReceivingIp">Its address; empty where not told.</param>
/// <param name="Count">Sessions.</param>
/// <param name="Reason">Further words; empty where none.</param>
internal sealed record FailedSessions(string Result, string SendingIp, string Mx, string ReceivingIp, long Count, string Reason);
