using System.Security.Cryptography.X509Certificates;
using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>How mail leaves: looked-up MX hosts, or a configured relay.</summary>
public sealed record DeliveryOptions
{
    /// <summary>HELO name and return-path domain of the organisation.</summary>
    public required string HeloName { get; init; }

    /// <summary>
    /// Relay as <c>host:port</c>; null looks up MX. The certificate must name this host, or be the one in its signed TLSA records; its MTA-STS policy holds too.
    /// Port 465 speaks TLS from the first byte (RFC 8314 §3.3).
    /// A relay needs an agreement covering <c>Send</c>, and its receipts say that the last hop was not seen.
    /// </summary>
    public string? Via { get; init; }

    /// <summary>Who we are to the relay; null where it asks nobody.</summary>
    public RelaySignIn? ViaSignIn { get; init; }

    /// <summary>Domains whose own MX is stated here instead of looked up (a private MX, a test receiver); everything else of the connection is verified as ever.</summary>
    /// <value>Empty. Keys are lower-case A-labels; a key <c>*</c> stands for every other domain.</value>
    public IReadOnlyDictionary<string, DeliveryRoute> Routes { get; init; } = new Dictionary<string, DeliveryRoute>();

    /// <summary>Port of looked-up MX hosts.</summary>
    /// <value>Default 25.</value>
    public int Port { get; init; } = 25;

    /// <summary>Port of the hosts that publish MTA-STS policies; another one only for tests and demos.</summary>
    /// <value>Default 443.</value>
    public int PolicyPort { get; init; } = 443;

    /// <summary>MX hosts that the organisation expects for a domain, as suffixes: <c>example.com</c> stands for itself and everything below it. Another host is not used.</summary>
    /// <value>Empty. Keys and suffixes are lower-case A-labels.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ExpectedMx { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Looked-up MX hosts may be on this machine or in its inner networks; else whoever owns a domain could have us speak to our own servers. Only for tests: a private MX is stated by a route.</summary>
    /// <value>Default: false.</value>
    public bool AllowsOwnNetwork { get; init; }

    /// <summary>Roots trusted besides the system's, for test receivers and private MX.</summary>
    public X509Certificate2Collection ExtraRoots { get; init; } = [];

    /// <summary>DNS server to ask, as an address with an optional port (<c>127.0.0.1:5353</c>); null uses the system's.</summary>
    public string? DnsServer { get; init; }

    /// <summary>Connections per destination; 1 to 100.</summary>
    /// <value>Default 8.</value>
    public int MaxConnections { get; init; } = 8;

    /// <summary>Waits between tries of a deferred message; the last one repeats until give-up. RFC 5321 §4.5.4.1.</summary>
    public IReadOnlyList<TimeSpan> RetrySchedule { get; init; } = RetrySchedules.Default;

    /// <summary>Time after which a deferred message is given up.</summary>
    /// <value>Default 5 days.</value>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>The same for classes that differ.</summary>
    /// <value>Default: none differs.</value>
    public IReadOnlyDictionary<MessageClass, TimeSpan> GiveUpByClass { get; init; } = new Dictionary<MessageClass, TimeSpan>();

    /// <summary>Time after which a deferred message of a class is given up.</summary>
    internal TimeSpan GiveUpFor(MessageClass messageClass) => GiveUpByClass.TryGetValue(messageClass, out var after) ? after : GiveUpAfter;
}

/// <summary>Where a domain's MX is.</summary>
/// <param name="Host">Name or address to connect to.</param>
/// <param name="Port">Port.</param>
/// <param name="VerifiedName">Name that the certificate must carry, and the MX name in receipts; also sent as SNI.</param>
public sealed record DeliveryRoute(string Host, int Port, string VerifiedName);
