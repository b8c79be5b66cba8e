using MemoryPack;

namespace Sealpost.Delivery.Pacing;

/// <summary>What a connection saw since it asked last.</summary>
internal enum PaceNews
{
    /// <summary>Nothing but accepted messages.</summary>
    None,

    /// <summary>The host asked for less (421, 4.3.2, 4.7.x).</summary>
    Throttled,

    /// <summary>One connection too many was refused while others stand.</summary>
    OneTooMany,

    /// <summary>No host answered.</summary>
    Unreachable,
}

/// <summary>A connection asks to go on sending to a host, and tells what it saw.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record PaceQuestion
{
    /// <summary>Number of the connection; it holds one of the host's places from its first grant until it gives it back.</summary>
    [MemoryPackOrder(0)]
    public long Holder { get; init; }

    /// <summary>Messages it would send next; 0 gives the place back.</summary>
    [MemoryPackOrder(1)]
    public int Wish { get; init; }

    /// <summary>Its messages go before others.</summary>
    [MemoryPackOrder(2)]
    public bool IsUrgent { get; init; }

    /// <summary>Messages accepted since it asked last.</summary>
    [MemoryPackOrder(3)]
    public int Accepted { get; init; }

    /// <summary>What else it saw.</summary>
    [MemoryPackOrder(4)]
    public PaceNews News { get; init; }

    /// <summary>The reply that was the news: code and enhanced code only.</summary>
    [MemoryPackOrder(5)]
    public string Reply { get; init; } = "";
}

/// <summary>How many messages may go now, or when to ask again.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record PaceAnswer
{
    /// <summary>Messages that may go within the next second or so; 0: none.</summary>
    [MemoryPackOrder(0)]
    public int Messages { get; init; }

    /// <summary>When to ask again where none may go, as Unix milliseconds.</summary>
    [MemoryPackOrder(1)]
    public long AskAgainAt { get; init; }

    /// <summary>The place is kept meanwhile: only the rate is spent for the moment.</summary>
    [MemoryPackOrder(2)]
    public bool KeepsPlace { get; init; }

    /// <summary>Connections that the host may have now.</summary>
    [MemoryPackOrder(3)]
    public int Connections { get; init; }
}

/// <summary>What is known of a host's pace; stored, so that a restart begins where it was.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record PaceState
{
    /// <summary>Connections that it takes at present. A host never seen begins with two.</summary>
    [MemoryPackOrder(0)]
    public int Connections { get; init; } = 2;

    /// <summary>Connections up to which it may grow fast: below what it last refused.</summary>
    [MemoryPackOrder(1)]
    public int Ceiling { get; init; } = int.MaxValue;

    /// <summary>Accepted since the connections grew last.</summary>
    [MemoryPackOrder(2)]
    public int SinceGrowth { get; init; }

    /// <summary>Messages a minute that it takes, where it asked for less; 0: no limit is known.</summary>
    [MemoryPackOrder(3)]
    public int PerMinute { get; init; }

    /// <summary>When the rate grows next, as Unix milliseconds.</summary>
    [MemoryPackOrder(4)]
    public long RateGrowsAt { get; init; }

    /// <summary>Nothing goes before this instant, Unix milliseconds.</summary>
    [MemoryPackOrder(5)]
    public long HoldUntil { get; init; }

    /// <summary>Times in a row that it asked for less.</summary>
    [MemoryPackOrder(6)]
    public int Throttles { get; init; }

    /// <summary>Times in a row that it could not be reached.</summary>
    [MemoryPackOrder(7)]
    public int Failures { get; init; }

    /// <summary>Reply that slowed it last, or what stood against a connection: code and enhanced code, or a few words.</summary>
    [MemoryPackOrder(8)]
    public string Reply { get; init; } = "";

    /// <summary>When that was, Unix milliseconds; 0: never.</summary>
    [MemoryPackOrder(9)]
    public long ReplyAt { get; init; }

    /// <summary>When a message was accepted last, Unix milliseconds; 0: never.</summary>
    [MemoryPackOrder(10)]
    public long AcceptedAt { get; init; }

    /// <summary>Day that <see cref="Sent"/> counts, as day number.</summary>
    [MemoryPackOrder(11)]
    public int Day { get; init; }

    /// <summary>Messages accepted on that day.</summary>
    [MemoryPackOrder(12)]
    public long Sent { get; init; }

    /// <summary>Accepted since it last asked for less.</summary>
    [MemoryPackOrder(13)]
    public int SinceThrottle { get; init; }
}

/// <summary>What the organisation asks of every host's pace.</summary>
/// <param name="MaxConnections">Connections at most.</param>
/// <param name="ADay">Messages a day at most; null: as many as it takes.</param>
/// <param name="Waits">Waits after failures, as between tries of a message.</param>
/// <param name="Zone">Where the day is counted.</param>
internal sealed record PaceRules(int MaxConnections, long? ADay, IReadOnlyList<TimeSpan> Waits, TimeZoneInfo Zone);
