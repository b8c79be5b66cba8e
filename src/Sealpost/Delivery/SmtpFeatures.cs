using System.Globalization;

namespace Sealpost.Delivery;

/// <summary>What a server offers in its answer to EHLO. RFC 5321 §4.1.1.1.</summary>
internal sealed record SmtpFeatures
{
    public bool StartTls { get; init; }

    public bool Pipelining { get; init; }

    public bool Chunking { get; init; }

    public bool Dsn { get; init; }

    public bool SmtpUtf8 { get; init; }

    /// <summary>AUTH PLAIN was offered; means something only inside TLS. RFC 4616.</summary>
    public bool AuthPlain { get; init; }

    /// <summary>AUTH LOGIN was offered; means something only inside TLS.</summary>
    public bool AuthLogin { get; init; }

    /// <summary>RFC 8689; means something only inside TLS.</summary>
    public bool RequireTls { get; init; }

    /// <summary>SIZE was offered.</summary>
    public bool Size { get; init; }

    /// <summary>Largest message taken; null where none is stated. RFC 1870 §4.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Reads the lines of an EHLO reply; the first is the server's greeting.</summary>
    public static SmtpFeatures Parse(SmtpReply hello)
    {
        var features = new SmtpFeatures();
        foreach (var line in hello.Text.Split('\n').Skip(1))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 0)
                continue;
            features = words[0].ToUpperInvariant() switch
            {
                "STARTTLS" => features with { StartTls = true },
                "PIPELINING" => features with { Pipelining = true },
                "CHUNKING" => features with { Chunking = true },
                "DSN" => features with { Dsn = true },
                "REQUIRETLS" => features with { RequireTls = true },
                "AUTH" => features with { AuthPlain = Offers(words, "PLAIN"), AuthLogin = Offers(words, "LOGIN") },
                "SMTPUTF8" => features with { SmtpUtf8 = true },
                "SIZE" => features with { Size = true, MaxBytes = ReadSize(words) },
                _ => features,
            };
        }

        return features;
    }

    private static bool Offers(string[] words, string mechanism) => words.Skip(1).Contains(mechanism, StringComparer.OrdinalIgnoreCase);

    // RFC 1870 §4: no number, or zero, states no limit.
    private static long? ReadSize(string[] words) =>
        words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? bytes : null;
}
