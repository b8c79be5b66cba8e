using System.Security.Cryptography.X509Certificates;
using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>How mail leaves: looked-up MX hosts, or a configured relay.</summary>
public sealed record DeliveryOptions
{
    /// <summary>HELO name and return-path domain of the organisation.</summary>
    public required string HeloName { get; init; }

    /// <summary>Relay or test receiver as <c>host:port</c>; null looks up MX. A relay needs an agreement covering <c>Send</c>.</summary>
    public string? Via { get; init; }

    /// <summary>Port of looked-up MX hosts.</summary>
    /// <value>Default 25.</value>
    public int Port { get; init; } = 25;

    /// <summary>Roots trusted besides the system's, for test receivers and private MX.</summary>
    public X509Certificate2Collection ExtraRoots { get; init; } = [];

    /// <summary>DNS server to ask; null uses the system's.</summary>
    public string? DnsServer { get; init; }

    /// <summary>Connections per destination; 1 to 100.</summary>
    /// <value>Default 8.</value>
    public int MaxConnections { get; init; } = 8;

    /// <summary>Waits between tries of a deferred message; the last one repeats until give-up. RFC 5321 §4.5.4.1.</summary>
    public IReadOnlyList<TimeSpan> RetrySchedule { get; init; } = RetrySchedules.Default;

    /// <summary>Time after which a deferred message is given up.</summary>
    /// <value>Default 5 days.</value>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(5);
}

/// <summary>Result of opening a connection for a recipient domain.</summary>
public abstract record ConnectResult
{
    private ConnectResult()
    {
    }

    /// <summary>Verified TLS stands.</summary>
    public sealed record Connected(SmtpSession Session) : ConnectResult;

    /// <summary>No host offers acceptable TLS; zero bytes of DATA were sent. Which hosts and why is in <paramref name="Detail"/>.</summary>
    public sealed record Withheld(WithholdReason Reason, string Detail) : ConnectResult;

    /// <summary>Temporary: no host answered, DNS failed, 4yz greeting. Retry by schedule.</summary>
    public sealed record Deferred(string Detail, SmtpReply? Reply) : ConnectResult;

    /// <summary>Final: no such domain, null MX (RFC 7505), 5yz greeting.</summary>
    public sealed record Rejected(string Detail, SmtpReply? Reply) : ConnectResult;
}

/// <summary>Opens verified SMTP connections to the hosts of a recipient domain.</summary>
public sealed class ConnectDestination
{
    /// <summary>Creates it with the organisation's options.</summary>
    public ConnectDestination(DeliveryOptions options, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Opens a connection; tries MX hosts in order of preference. Never falls back to clear text or unverified TLS.</summary>
    public Task<ConnectResult> ConnectAsync(string domain, CancellationToken cancellationToken) => throw new NotImplementedException();
}
