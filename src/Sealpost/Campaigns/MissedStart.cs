namespace Sealpost.Campaigns;

/// <summary>A campaign's time has come, and it did not start. It is tried again by itself.</summary>
/// <param name="Why">In sentences, for people.</param>
/// <param name="At">UTC instant of the last try.</param>
public sealed record MissedStart(string Why, DateTimeOffset At);
