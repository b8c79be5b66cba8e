using Sealpost.Consent;

namespace Sealpost.Delivery;

/// <summary>Result of opening a connection for a recipient domain.</summary>
public abstract record ConnectResult
{
    private ConnectResult()
    {
    }

    /// <summary>What was seen of the host that the result speaks of, as far as it went; null where none was chosen, or the connection stands. For the receipt alone: its tier was not earned.</summary>
    public TransportObservation? Seen { get; init; }

    /// <summary>Verified TLS stands. The receiver disposes the session.</summary>
    public sealed record Connected(SmtpSession Session) : ConnectResult
    {
        /// <summary>Less preferred hosts of the domain were not asked, since this one suffices: they may be better.</summary>
        public bool LeavesOthers { get; init; }

        /// <summary>A host of the domain that may be better could not be had for now.</summary>
        public bool MayBeBetterLater { get; init; }
    }

    /// <summary>No host offers acceptable TLS; zero bytes of DATA were sent. Which hosts and why is in <paramref name="Detail"/>.</summary>
    public sealed record Withheld(WithholdReason Reason, string Detail) : ConnectResult;

    /// <summary>Temporary: no host answered, DNS failed, 4yz greeting. Retry by schedule.</summary>
    public sealed record Deferred(string Detail, SmtpReply? Reply) : ConnectResult
    {
        /// <summary>Why no protected way was found, where the domain's own policy refused every host; null for an ordinary failure.</summary>
        public WithholdReason? Cause { get; init; }

        /// <summary>Why the hosts that did answer offered no protected way, where another one may do better later; null where none answered.</summary>
        public WithholdReason? Otherwise { get; init; }

        /// <summary>Why the message is withheld once patience ends; null where no host has answered, and it waits on.</summary>
        public WithholdReason? InTheEnd => Cause ?? Otherwise;

        /// <summary>Type of an error that nobody foresaw, met while the domain's servers were spoken to; null for an ordinary failure. To be logged; it says nothing about the domain.</summary>
        public string? Fault { get; init; }

        internal static Deferred By(Exception fault, string name) =>
            new($"{name}: an error that nobody foresaw ({fault.GetType().Name}) came of what its servers said", null) { Fault = fault.GetType().Name };
    }

    /// <summary>Final: no such domain (5.1.2), null MX (5.1.10, RFC 7505), 5yz greeting.</summary>
    public sealed record Rejected(string Detail, SmtpReply? Reply) : ConnectResult;
}
