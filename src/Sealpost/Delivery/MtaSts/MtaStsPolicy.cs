using System.Globalization;
using System.Text.RegularExpressions;

namespace Sealpost.Delivery.MtaSts;

/// <summary>What a domain asks of those who send to it.</summary>
internal enum MtaStsMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Reports of what would have failed.</summary>
    Testing,

    /// <summary>No delivery to a host that fails.</summary>
    Enforce,
}

/// <summary>A domain's policy. RFC 8461 §3.2.</summary>
/// <param name="Mode">What it asks.</param>
/// <param name="MaxAge">How long it may be kept.</param>
/// <param name="Patterns">MX host names, each with at most one wildcard for its left-most label.</param>
internal sealed partial record MtaStsPolicy(MtaStsMode Mode, TimeSpan MaxAge, IReadOnlyList<string> Patterns)
{
    private const long LongestAgeSeconds = 31_557_600; // §3.2: a year

    /// <summary>Whether the policy names the host. §4.1: the host's name alone counts; a wildcard is one whole label.</summary>
    public bool Allows(string mxHost) => Patterns.Any(pattern => HostPattern.Matches(pattern, mxHost));

    /// <summary>Reads a policy; null where it cannot be read.</summary>
    public static MtaStsPolicy? Read(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var patterns = new List<string>();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.EndsWith('\r') ? raw[..^1] : raw;
            if (line.AsSpan().Trim(" \t").IsEmpty)
                continue;
            if (FieldSyntax.Match(line) is not { Success: true } field)
                return null;
            var (name, value) = (field.Groups["name"].Value, field.Groups["value"].Value.TrimEnd(' ', '\t'));
            if (name == "mx" && PatternSyntax.IsMatch(value))
                patterns.Add(value.ToLowerInvariant());
            else if (name == "mx")
                return null;
            else
                fields.TryAdd(name, value); // §3.2: of a field that comes twice, the first counts
        }

        return fields.GetValueOrDefault("version") == "STSv1" && ModeOf(fields.GetValueOrDefault("mode")) is { } mode && AgeOf(fields.GetValueOrDefault("max_age")) is { } age
            && (mode == MtaStsMode.None || patterns.Count > 0)
            ? new MtaStsPolicy(mode, age, patterns)
            : null;
    }

    private static MtaStsMode? ModeOf(string? value) => value switch
    {
        "enforce" => MtaStsMode.Enforce,
        "testing" => MtaStsMode.Testing,
        "none" => MtaStsMode.None,
        _ => null,
    };

    private static TimeSpan? AgeOf(string? value) =>
        value is { Length: > 0 and <= 10 } && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, LongestAgeSeconds))
            : null;

    // §3.2: names of other fields may be new, so they are read and passed over.
    [GeneratedRegex(@"\A(?<name>[A-Za-z0-9][A-Za-z0-9_.\-]{0,31}):[ \t]*(?<value>[\x21-\x7E\u0080-\uFFFF](?:[\x20-\x7E\t\u0080-\uFFFF]*))\z", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex FieldSyntax { get; }

    [GeneratedRegex(@"\A(?:\*\.)?(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\z", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex PatternSyntax { get; }
}
