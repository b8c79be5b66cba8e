namespace Sealpost.Delivery;

/// <summary>The state of one delivery (one campaign's message to one patient); the terms of the campaign's sum.</summary>
public enum Outcome
{
    /// <summary>Selected, not yet decided; deferred ones are pending too.</summary>
    Pending = 0,

    /// <summary>The legal-basis gate stopped it.</summary>
    WithheldBasis = 1,

    /// <summary>The transport gate stopped it.</summary>
    WithheldTransport = 2,

    /// <summary>The next hop said 2yz after DATA. Not yet "delivered".</summary>
    Accepted = 3,

    /// <summary>5yz in session.</summary>
    Rejected = 4,

    /// <summary>Gave up: notAfter or the give-up time came first.</summary>
    Expired = 5,

    /// <summary>Sent as a pickup notice.</summary>
    Pickup = 6,

    /// <summary>The campaign was cancelled first.</summary>
    Cancelled = 7,

    /// <summary>A crash, or no reply after the final dot: unknown, never resent on its own.</summary>
    InDoubt = 8,

    /// <summary>Intent recorded, DATA may be under way; after a restart these become <see cref="InDoubt"/>.</summary>
    InFlight = 9,
}
