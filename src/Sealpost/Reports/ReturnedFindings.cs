namespace Sealpost.Reports;

/// <summary>What came back over some days.</summary>
/// <param name="Days">Every day, oldest first.</param>
/// <param name="Kinds">By what was done, most first.</param>
/// <param name="Reasons">Why messages came back or were refused in session, most first.</param>
/// <param name="Refusals">Where we are refused for what we are or send, most first: for the operator.</param>
/// <param name="OpenTasks">Addresses and complaints that wait for staff.</param>
public sealed record ReturnedFindings(
    IReadOnlyList<ReturnedDay> Days, IReadOnlyList<CountedWords> Kinds, IReadOnlyList<CountedWords> Reasons, IReadOnlyList<Refusal> Refusals, long OpenTasks)
{
    /// <summary>Nothing came back at all.</summary>
    public bool IsEmpty => Kinds.Count == 0 && Reasons.Count == 0 && Refusals.Count == 0;
}

/// <summary>A day's returned mail.</summary>
/// <param name="Day">UTC.</param>
/// <param name="Failures">Failed for good.</param>
/// <param name="Complaints">Complaints and unsubscribes by mail.</param>
/// <param name="Others">Everything else, backscatter too.</param>
public sealed record ReturnedDay(DateOnly Day, long Failures, long Complaints, long Others);

/// <summary>A number with what it counts.</summary>
/// <param name="Words">In plain words.</param>
/// <param name="Count">How many.</param>
public sealed record CountedWords(string Words, long Count);

/// <summary>A receiving domain that refuses us.</summary>
/// <param name="Domain">Domain, or <c>other domains</c> where few messages came back.</param>
/// <param name="Words">Why.</param>
/// <param name="Status">Enhanced status code; empty where none was given.</param>
/// <param name="Count">How many; small numbers as <c>&lt;11</c>.</param>
public sealed record Refusal(string Domain, string Words, string Status, string Count);

/// <summary>What others report about our domains.</summary>
/// <param name="Dmarc">Messages under our name by day: passed and failed.</param>
/// <param name="Tls">Connections to our mail hosts by day: successful and failed.</param>
/// <param name="Sources">Who sent under our name, most first.</param>
/// <param name="TlsFailures">Why connections failed, most first.</param>
/// <param name="Reporters">Who reported, most reports first.</param>
public sealed record DomainFindings(
    IReadOnlyList<GoodAndBad> Dmarc, IReadOnlyList<GoodAndBad> Tls, IReadOnlyList<DmarcSource> Sources, IReadOnlyList<CountedWords> TlsFailures, IReadOnlyList<CountedWords> Reporters)
{
    /// <summary>Nobody reported.</summary>
    public bool IsEmpty => Reporters.Count == 0;
}

/// <summary>A day's counts.</summary>
/// <param name="Day">UTC day on which the reported time began.</param>
/// <param name="Good">Passed.</param>
/// <param name="Bad">Failed.</param>
public sealed record GoodAndBad(DateOnly Day, long Good, long Bad);

/// <summary>A host that sent under our name.</summary>
/// <param name="Ip">Its address.</param>
/// <param name="Count">Messages.</param>
/// <param name="Dkim">Of those: DKIM passed, aligned.</param>
/// <param name="Spf">Of those: SPF passed, aligned.</param>
/// <param name="Failed">Of those: neither.</param>
public sealed record DmarcSource(string Ip, long Count, long Dkim, long Spf, long Failed);
