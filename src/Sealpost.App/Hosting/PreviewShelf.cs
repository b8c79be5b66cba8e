using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Sealpost.App.Hosting;

/// <summary>Rendered messages that a page is about to show in a frame: in memory only, for the person who asked, for a few minutes. The address is random and tells nothing.</summary>
internal sealed class PreviewShelf(TimeProvider time)
{
    private const int Most = 400;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, Shown> _shown = new(StringComparer.Ordinal);

    /// <summary>Keeps a message; returns the token of its address.</summary>
    public string Put(int organisation, string actor, string html)
    {
        var now = time.GetUtcNow();
        foreach (var (old, shown) in _shown)
        {
            if (shown.Until < now)
                _shown.TryRemove(old, out _);
        }

        if (_shown.Count >= Most && _shown.MinBy(pair => pair.Value.Until) is { Key: { } oldest })
            _shown.TryRemove(oldest, out _);
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _shown[token] = new Shown(organisation, actor, html, now + Life);
        return token;
    }

    /// <summary>The message of a token; null where it is another person's, or over.</summary>
    public string? Take(string token, int organisation, string actor) =>
        _shown.TryGetValue(token, out var shown) && shown.Organisation == organisation && shown.Actor == actor && shown.Until >= time.GetUtcNow() ? shown.Html : null;

    /// <summary>Forgets a message that is no longer shown.</summary>
    public void Drop(string? token)
    {
        if (token is not null)
            _shown.TryRemove(token, out _);
    }

    private sealed record Shown(int Organisation, string Actor, string Html, DateTimeOffset Until);
}
