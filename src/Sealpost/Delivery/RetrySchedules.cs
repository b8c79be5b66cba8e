namespace Sealpost.Delivery;

/// <summary>Waits between delivery tries.</summary>
public static class RetrySchedules
{
    /// <summary>5 and 15 minutes (greylisting), 30 minutes, 1, 2, 4, then every 6 hours.</summary>
    public static IReadOnlyList<TimeSpan> Default { get; } =
    [
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(6),
    ];
}
