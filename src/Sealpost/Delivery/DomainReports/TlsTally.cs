using System.Runtime.InteropServices;

namespace Sealpost.Delivery.DomainReports;

/// <summary>Sessions by UTC day and recipient domain, until they are written down. Thread-safe; in memory, so a crash loses what the last minutes brought.</summary>
internal sealed class TlsTally
{
    private readonly Lock _lock = new();
    private Dictionary<(DateOnly Day, string Domain), IReadOnlyList<ReportedPolicy>> _days = [];

    /// <summary>Counts one session.</summary>
    public void Add(TlsAttempt attempt)
    {
        var one = SessionCounts.Of(attempt);
        lock (_lock)
        {
            ref var policies = ref CollectionsMarshal.GetValueRefOrAddDefault(_days, (DateOnly.FromDateTime(attempt.At.UtcDateTime), attempt.Domain), out _);
            policies = SessionCounts.Sum([.. policies ?? [], one]);
        }
    }

    /// <summary>Hands over what was counted, and begins anew.</summary>
    public IReadOnlyDictionary<(DateOnly Day, string Domain), IReadOnlyList<ReportedPolicy>> Take()
    {
        lock (_lock)
        {
            var taken = _days;
            _days = [];
            return taken;
        }
    }

    /// <summary>Takes back what could not be written down.</summary>
    public void Return(IReadOnlyDictionary<(DateOnly Day, string Domain), IReadOnlyList<ReportedPolicy>> taken)
    {
        lock (_lock)
        {
            foreach (var (key, policies) in taken)
                _days[key] = SessionCounts.Sum([.. policies, .. _days.GetValueOrDefault(key) ?? []]);
        }
    }
}
