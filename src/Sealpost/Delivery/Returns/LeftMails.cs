using MailKit;

namespace Sealpost.Delivery.Returns;

/// <summary>Mails that stay in a mailbox: those that are none of ours, and those that could not be read again and again. Forgotten at the end of the process.</summary>
internal sealed class LeftMails(TimeProvider time)
{
    /// <summary>Failures after which a mail is stepped past.</summary>
    public const int MostFailures = 3;

    /// <summary>It is tried again then: what failed may have been the store, and not the mail.</summary>
    public static TimeSpan TryAgainAfter { get; } = TimeSpan.FromHours(1);

    private readonly HashSet<uint> _left = [];
    private readonly Dictionary<uint, (int Failures, DateTimeOffset Until)> _failed = [];
    private uint _validity;

    /// <summary>Those that are to be read now.</summary>
    /// <param name="validity">UIDVALIDITY of the folder; another one makes all numbers new (RFC 9051 §2.3.1.1).</param>
    /// <param name="waiting">All that are there.</param>
    public IList<UniqueId> Among(uint validity, IList<UniqueId> waiting)
    {
        if (_validity != validity)
        {
            _left.Clear();
            _failed.Clear();
            _validity = validity;
        }

        var there = waiting.Select(id => id.Id).ToHashSet();
        _left.IntersectWith(there);
        foreach (var gone in _failed.Keys.Where(id => !there.Contains(id)).ToList())
            _failed.Remove(gone);
        var now = time.GetUtcNow();
        return [.. waiting.Where(id => !_left.Contains(id.Id) && !(_failed.TryGetValue(id.Id, out var failed) && failed.Until > now))];
    }

    /// <summary>Somebody else's: it is not looked at again.</summary>
    public void Leave(UniqueId id) => _left.Add(id.Id);

    /// <summary>It was taken.</summary>
    public void Forget(UniqueId id) => _failed.Remove(id.Id);

    /// <summary>It could not be taken. True where it is stepped past for a while.</summary>
    /// <param name="id">Which.</param>
    /// <param name="first">For the first time.</param>
    public bool Failed(UniqueId id, out bool first)
    {
        var failures = _failed.GetValueOrDefault(id.Id).Failures + 1;
        _failed[id.Id] = (failures, failures < MostFailures ? default : time.GetUtcNow() + TryAgainAfter);
        first = failures == MostFailures;
        return failures >= MostFailures;
    }
}
