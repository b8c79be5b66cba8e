using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Sealpost.Delivery.Returns;

namespace Sealpost.Organisations;

/// <summary>Settings of the doors by which mail comes back.</summary>
internal static class ReturnSettings
{
    /// <summary>Environment variable that may hold the IMAP password in place of a file.</summary>
    public const string PasswordVariable = "SEALPOST_IMAP_PASSWORD";

    /// <summary>Names with what they mean.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Known =>
    [
        new("returns-lmtp", "loopback address and port at which `serve` takes returned mail from a mail server by LMTP, such as 127.0.0.1:2424"),
        new("returns-imap", "IMAP server of the mailbox to which mail comes back, as host:port; 993 or STARTTLS, always verified"),
        new("returns-imap-user", "user of that mailbox"),
        new("returns-imap-password-file", "file with its password; without it, the environment variable " + PasswordVariable),
        new("returns-imap-folder", "folder that is read (INBOX)"),
        new("returns-imap-keep-days", "days for which a read mail stays in the folder Sealpost-read, 0 to 6 (0: deleted at once)"),
    ];

    /// <summary>Where to take mail by LMTP; null where that is not wished.</summary>
    /// <exception cref="RefusedException">The value is no loopback address with a port.</exception>
    public static IPEndPoint? Lmtp(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("returns-lmtp", out var text) ? null
        : IPEndPoint.TryParse(text, out var endpoint) && IPAddress.IsLoopback(endpoint.Address) && endpoint.Port is > 0 and not 25 ? endpoint
        // RFC 2033 §5: never on port 25.
        : throw new RefusedException("returns-lmtp: write a loopback address with a port other than 25, such as 127.0.0.1:2424.");

    /// <summary>The mailbox; null where none is set.</summary>
    /// <exception cref="RefusedException">A value is missing or cannot be read.</exception>
    public static ImapSettings? Imap(IReadOnlyDictionary<string, string> settings, X509Certificate2Collection extraRoots)
    {
        var keep = KeepDays(settings);
        if (!settings.TryGetValue("returns-imap", out var endpoint))
            return null;
        var colon = endpoint.LastIndexOf(':');
        if (colon < 1 || !int.TryParse(endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535)
            throw new RefusedException("returns-imap: write host:port, such as imap.example.com:993.");
        return new ImapSettings
        {
            Host = endpoint[..colon],
            Port = port,
            User = settings.GetValueOrDefault("returns-imap-user") ?? throw new RefusedException("returns-imap needs a user. `sealpost org set returns-imap-user NAME` names it."),
            Password = token => PasswordFile.ReadAsync("returns-imap-password-file", settings, PasswordVariable, token),
            Folder = settings.GetValueOrDefault("returns-imap-folder") ?? "INBOX",
            KeepDays = keep,
            ExtraRoots = extraRoots,
        };
    }

    /// <summary>Checks one value by itself.</summary>
    /// <exception cref="RefusedException">It cannot be read.</exception>
    public static void Check(string name, string value)
    {
        var alone = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value, ["returns-imap-user"] = "anyone" };
        _ = Lmtp(alone);
        _ = Imap(alone, []);
        if (name.StartsWith("returns-", StringComparison.Ordinal) && (string.IsNullOrWhiteSpace(value) || value.Any(char.IsControl)))
            throw new RefusedException($"{name}: write one line of text.");
    }

    private static int KeepDays(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("returns-imap-keep-days", out var text) ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= ImapSettings.MostKeepDays ? days
        : throw new RefusedException($"returns-imap-keep-days: give a number from 0 to {ImapSettings.MostKeepDays}. Returned mail may quote patients, so its bodies go within a week.");
}
