using Sealpost.App.Demo;
using Sealpost.Delivery;

namespace Sealpost.Benchmarks.Lab;

/// <summary>Many receiving domains with hosts of every manner, on loopback: a tenth shares one host, one in fifty has broken TLS, one is dead.</summary>
internal sealed class LabDomains : IAsyncDisposable
{
    private static readonly LabManner[] Broken = [LabManner.Expired, LabManner.WrongName, LabManner.SelfSigned, LabManner.NoStartTls];

    private readonly MailboxCertificates _certificates;
    private readonly int _burst;
    private readonly List<LabHost> _hosts = [];
    private readonly Dictionary<string, LabHost> _byDomain = new(StringComparer.Ordinal);

    /// <summary>Starts the hosts.</summary>
    /// <param name="domains">How many domains.</param>
    /// <param name="burst">Messages in ten seconds that a throttling host takes.</param>
    /// <param name="time">Clock of the hosts.</param>
    public LabDomains(int domains, int burst, TimeProvider time)
    {
        _burst = burst;
        _certificates = new MailboxCertificates(time);
        var broken = Math.Max(1, domains / 50);
        LabHost? shared = null;
        for (var i = 0; i < domains; i++)
        {
            var domain = $"d{i}.example";
            var manner = i == 0 ? LabManner.Dead
                : i <= broken ? Broken[i % Broken.Length]
                : MannerOf(i, domains);
            var sharesHost = manner == LabManner.Kind && i % 8 == 0;
            var host = sharesHost && shared is not null ? shared : NewHost(sharesHost ? "mx.shared.example" : $"mx{i}.example", manner, time);
            if (sharesHost)
                shared = host;
            _byDomain[domain] = host;
        }
    }

    public IReadOnlyList<string> Names => [.. _byDomain.Keys];

    public IReadOnlyList<LabHost> Hosts => _hosts;

    /// <summary>Domains of some manners.</summary>
    public IEnumerable<string> Of(params LabManner[] manners) => _byDomain.Where(pair => manners.Contains(pair.Value.Manner)).Select(pair => pair.Key);

    /// <summary>How a sender finds these hosts.</summary>
    public DeliveryOptions Options(string heloName) => new()
    {
        HeloName = heloName,
        ExtraRoots = [_certificates.Root],
        Routes = _byDomain.ToDictionary(pair => pair.Key, pair => new DeliveryRoute("127.0.0.1", pair.Value.Port, pair.Value.Name)),
    };

    /// <summary>Another domain with a host of its own.</summary>
    public void Add(string domain, LabManner manner, TimeProvider time) => _byDomain[domain] = NewHost($"mx.{domain}", manner, time);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        _certificates.Dispose();
    }

    private static LabManner MannerOf(int i, int domains) => (i * 20 / domains) switch
    {
        4 or 5 => LabManner.Greylists,
        6 => LabManner.Throttles,
        7 => LabManner.ThrottlesRecipients,
        8 => LabManner.FewConnections,
        _ => LabManner.Kind,
    };

    private LabHost NewHost(string name, LabManner manner, TimeProvider time)
    {
        var certificate = manner switch
        {
            LabManner.Expired => _certificates.IssueExpired(name),
            LabManner.WrongName => _certificates.Issue("other.example"),
            LabManner.SelfSigned => _certificates.SelfSigned(name),
            _ => _certificates.Issue(name),
        };
        var host = new LabHost(name, manner, MailboxCertificates.ContextOf(certificate), _burst, time);
        _hosts.Add(host);
        return host;
    }
}
