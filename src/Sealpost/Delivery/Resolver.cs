using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Sealpost.Delivery;

/// <summary>What became of a question.</summary>
internal enum DnsResult
{
    /// <summary>Records.</summary>
    Found,

    /// <summary>The name has none of this type.</summary>
    NoData,

    /// <summary>There is no such name.</summary>
    NoDomain,

    /// <summary>No answer, SERVFAIL, a signature that does not verify. Never to be read as "not signed".</summary>
    Failed,
}

/// <summary>An answer of DNS.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="IsSecure">DNSSEC validated it, the absence of records included. RFC 4035 §4.3.</param>
/// <param name="Records">The answer section, aliases included.</param>
/// <param name="Problem">Why it failed.</param>
internal sealed record DnsAnswer(DnsResult Result, bool IsSecure, IReadOnlyList<DnsResourceRecord> Records, string Problem)
{
    public static DnsAnswer Failure(string problem) => new(DnsResult.Failed, false, [], problem);
}

/// <summary>Asks DNS, and says whether the answer was validated.</summary>
/// <remarks>
/// Validation is the resolver's: its AD bit counts only where every configured server is on loopback, since anywhere else anyone on the way can
/// set it (RFC 4035 §4.9.3, RFC 6698 §A.3). Elsewhere nothing is ever secure, so DANE is off.
/// </remarks>
internal sealed class Resolver
{
    private readonly LookupClient _cached;
    private readonly LookupClient _fresh;

    public Resolver(string? server)
    {
        _cached = new LookupClient(Options(server, useCache: true));
        _fresh = new LookupClient(Options(server, useCache: false));
        Servers = [.. _cached.NameServers.Select(s => s.ToString())];
        IsLocal = _cached.NameServers.Count > 0 && _cached.NameServers.All(s => IPAddress.TryParse(s.Address, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Every server is on loopback, so that its word on DNSSEC counts.</summary>
    public bool IsLocal { get; }

    /// <summary>Addresses of the servers.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>Asks; a recent answer may serve.</summary>
    public Task<DnsAnswer> AskAsync(string name, QueryType type, CancellationToken cancellationToken) => AskAsync(_cached, name, type, cancellationToken);

    /// <summary>Asks the server in any case.</summary>
    public Task<DnsAnswer> AskFreshAsync(string name, QueryType type, CancellationToken cancellationToken) => AskAsync(_fresh, name, type, cancellationToken);

    private async Task<DnsAnswer> AskAsync(LookupClient client, string name, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.QueryAsync(name, type, cancellationToken: cancellationToken);
            var secure = IsLocal && answer.Header.IsAuthenticData;
            return answer.Header.ResponseCode switch
            {
                DnsHeaderResponseCode.NoError when answer.Answers.Any(r => (int)r.RecordType == (int)type) => new DnsAnswer(DnsResult.Found, secure, answer.Answers, ""),
                DnsHeaderResponseCode.NoError => new DnsAnswer(DnsResult.NoData, secure, answer.Answers, ""),
                DnsHeaderResponseCode.NotExistentDomain => new DnsAnswer(DnsResult.NoDomain, secure, answer.Answers, ""),
                var code => DnsAnswer.Failure($"DNS answered with {code}"),
            };
        }
        catch (Exception e) when (e is DnsResponseException or ArgumentException or System.IO.InvalidDataException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return DnsAnswer.Failure("DNS did not answer");
        }
    }

    private static LookupClientOptions Options(string? server, bool useCache)
    {
        var options = server is null ? new LookupClientOptions() : new LookupClientOptions(ParseServer(server));
        options.UseCache = useCache;
        options.Timeout = TimeSpan.FromSeconds(5);
        options.Retries = 2;
        options.ThrowDnsErrors = false;
        options.RequestDnsSecRecords = true; // RFC 3225: DO, or the answer's AD says nothing
        return options;
    }

    private static NameServer[] ParseServer(string server) =>
        IPEndPoint.TryParse(server, out var endpoint)
            ? [new NameServer(endpoint.Address, endpoint.Port == 0 ? 53 : endpoint.Port)]
            : throw new ArgumentException($"The DNS server '{server}' is no address; write 192.0.2.1 or 192.0.2.1:53.", nameof(server));
}
