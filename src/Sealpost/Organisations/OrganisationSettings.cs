using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Pacing;
using Sealpost.Delivery.Smime;
using Sealpost.Patients;

namespace Sealpost.Organisations;

/// <summary>Settings of an organisation, as <c>sealpost org set NAME VALUE</c> writes them; every value is checked before it is stored.</summary>
public static class OrganisationSettings
{
    /// <summary>Names with what they mean, for help.</summary>
    public static IReadOnlyDictionary<string, string> Known { get; } = new SortedDictionary<string, string>(ReturnSettings.Known.Concat(RelaySettings.Known).ToDictionary(), StringComparer.Ordinal)
    {
        ["via"] = "relay as host:port; needs an agreement that covers sending",
        ["route"] = "stated MX hosts, as DOMAIN=HOST:PORT=CERTIFICATE-NAME, separated by spaces; DOMAIN * is every other domain",
        ["extra-roots"] = "PEM certificates trusted besides the system's roots",
        ["expected-mx"] = "MX hosts expected for a domain, as DOMAIN=SUFFIX,SUFFIX, separated by spaces; mail goes to no other host",
        ["dns-server"] = "DNS server to ask for MX, as an address with an optional port",
        ["mx-port"] = "port of MX hosts (25)",
        ["max-connections"] = "connections per destination, 1 to 100 (8)",
        ["retry-schedule"] = "seconds between tries, separated by spaces; the last repeats",
        ["give-up-after"] = "hours after which a deferred message is given up (120); classes that differ behind it, such as 120 N2=48",
        ["daily-cap"] = "messages a day at most (no limit); urgent ones count and are not stopped",
        ["host-daily-cap"] = "messages a day at most to one receiving host (no limit)",
        ["warm-up"] = "messages on the first, second, … day of sending, separated by spaces, such as 50 100 200 500; no limit after the last",
        ["sending-address"] = "public IP address that mail leaves from; a new one begins its warm-up anew",
        ["quiet-hours"] = "hours of the patient's day in which nothing leaves that can wait, such as 21:00-08:00 (none)",
        ["idle-minutes"] = "minutes without activity after which people are signed out, 5 to 60 (15)",
        ["count-clicks"] = "on lets campaigns count who follows links to the organisation's own pages (off)",
        ["tls-reports"] = "off keeps receiving domains that ask for it from being told once a day how TLS to their mail hosts went (on)",
        ["complaint-limit"] = "percent of a campaign's messages reported as unwanted beyond which it pauses by itself, 0.05 to 5 (0.3)",
        ["pickup-days"] = "days for which a message waits on the patients' page, 1 to 60 (14)",
        ["pickup-reminder"] = "hours before its link ends at which a patient who has not read the message is reminded, once, 1 to 720, or off (48)",
        ["smime-roots"] = "PEM certificates of authorities trusted for patients' S/MIME certificates (none)",
        ["smime-revocation-hosts"] = "hosts of your own network that may be asked about revoked S/MIME certificates, as HOST:PORT, separated by spaces",
        ["code-webhook"] = "URL of the provider that sends codes by text message or call; needs an agreement that covers sending",
        ["reply-inbox"] = "the organisation's own mailbox that takes patients' replies, over protection good enough for clinical mail; needs an agreement that covers storing at its domain; somebody must read and keep it (none: replies wait in the list of requests)",
        ["public-name"] = "neutral name on patient pages and notices, where the organisation's own name tells what it treats",
        ["sends-from"] = "IP addresses that this server sends from, separated by spaces; they stand in the SPF record",
        ["bounce-host"] = "host name that takes bounces; it stands in the MX record of the bounce domain",
        ["public-route"] = "where this machine reaches the public URL, where its own name does not lead there: https://HOST:PORT, or http:// on this machine",
        ["frequency-cap"] = "messages a patient may get within seven days, 1 to 100 (4)",
    };

    /// <summary>Settings that name a file of the server or say where its content is sent: only the owner of the server changes them, lest an organisation's administrator read what is not theirs.</summary>
    public static IReadOnlySet<string> OfServer { get; } = new HashSet<string>(StringComparer.Ordinal) { "via-password-file", "returns-imap", "returns-imap-user", "returns-imap-password-file" };

    /// <summary>Checks a value.</summary>
    /// <exception cref="RefusedException">Unknown name, or a value that cannot be read; says what it takes.</exception>
    public static void Check(string name, string value)
    {
        if (!Known.ContainsKey(name))
            throw new RefusedException($"'{name}' is no setting. Settings are {string.Join(", ", Known.Keys)}.");
        _ = Delivery("check.example", new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = CodeWebhook(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = PickupDays(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = PickupReminder(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = ComplaintLimit(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = ReplyInbox(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = PublicName(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = SendsFrom(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = BounceHost(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = PublicRoute(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = FrequencyCap(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = Number(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value }, "idle-minutes", 5, 60); // 45 CFR 164.312(a)(2)(iii)
        _ = CountClicks(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = TlsReports(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = Pacing(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = Smime(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        ReturnSettings.Check(name, value);
    }

    /// <summary>How mail leaves, by these settings.</summary>
    /// <exception cref="RefusedException">A value cannot be read.</exception>
    public static DeliveryOptions Delivery(string domain, IReadOnlyDictionary<string, string> settings)
    {
        var defaults = new DeliveryOptions { HeloName = domain };
        return defaults with
        {
            Via = settings.TryGetValue("via", out var via) ? Endpoint("via", via) : null,
            ViaSignIn = RelaySettings.SignIn(settings),
            Routes = settings.TryGetValue("route", out var routes) ? Routes(routes) : defaults.Routes,
            ExtraRoots = settings.TryGetValue("extra-roots", out var roots) ? Roots("extra-roots", roots) : defaults.ExtraRoots,
            ExpectedMx = settings.TryGetValue("expected-mx", out var expected) ? Pins(expected) : defaults.ExpectedMx,
            DnsServer = settings.GetValueOrDefault("dns-server"),
            Port = Number(settings, "mx-port", 1, 65_535) ?? defaults.Port,
            MaxConnections = Number(settings, "max-connections", 1, 100) ?? defaults.MaxConnections,
            RetrySchedule = settings.TryGetValue("retry-schedule", out var schedule) ? Schedule(schedule) : defaults.RetrySchedule,
            GiveUpAfter = GiveUp(settings).After ?? defaults.GiveUpAfter,
            GiveUpByClass = GiveUp(settings).ByClass,
        };
    }

    /// <summary>How much leaves in a day and when.</summary>
    /// <exception cref="RefusedException">A value cannot be read.</exception>
    public static PacingOptions Pacing(IReadOnlyDictionary<string, string> settings) => new()
    {
        ADay = Number(settings, "daily-cap", 1, 100_000_000),
        ADayToOneHost = Number(settings, "host-daily-cap", 1, 100_000_000),
        WarmUp = settings.TryGetValue("warm-up", out var plan) ? WarmUp(plan) : [],
        SendingAddress = !settings.TryGetValue("sending-address", out var address) ? ""
            : IPAddress.TryParse(address, out var parsed) ? parsed.ToString()
            : throw new RefusedException("sending-address: write an IP address, such as 192.0.2.25."),
        Quiet = !settings.TryGetValue("quiet-hours", out var quiet) ? null
            : QuietHours.Read(quiet) ?? throw new RefusedException("quiet-hours: write two times of day, such as 21:00-08:00."),
    };

    /// <summary>Messages a patient may get within seven days.</summary>
    /// <exception cref="RefusedException">The value cannot be read.</exception>
    public static int? FrequencyCap(IReadOnlyDictionary<string, string> settings) => Number(settings, "frequency-cap", 1, 100);

    /// <summary>Whether campaigns may count who follows links.</summary>
    /// <exception cref="RefusedException">The value cannot be read.</exception>
    public static bool CountClicks(IReadOnlyDictionary<string, string> settings) => IsOn(settings, "count-clicks", "off");

    /// <summary>Whether receiving domains are told how TLS to them went. RFC 8460.</summary>
    /// <exception cref="RefusedException">The value cannot be read.</exception>
    public static bool TlsReports(IReadOnlyDictionary<string, string> settings) => IsOn(settings, "tls-reports", "on");

    /// <summary>Days for which a message waits on the patients' page.</summary>
    /// <exception cref="RefusedException">The value cannot be read.</exception>
    public static int? PickupDays(IReadOnlyDictionary<string, string> settings) => Number(settings, "pickup-days", 1, 60);

    /// <summary>How long before its link ends a patient is reminded of a message; null: never.</summary>
    /// <value>Default 48 hours.</value>
    /// <exception cref="RefusedException">The value cannot be read.</exception>
    public static TimeSpan? PickupReminder(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("pickup-reminder", out var text) ? TimeSpan.FromHours(48)
        : text == "off" ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= 720 ? TimeSpan.FromHours(hours)
        : throw new RefusedException("pickup-reminder: write hours from 1 to 720, such as 48, or off.");

    /// <summary>Where codes are posted; null where there is no provider.</summary>
    /// <exception cref="RefusedException">It is no URL, or would travel in clear.</exception>
    public static Uri? CodeWebhook(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("code-webhook", out var text) ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0 && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) ? url
        : throw new RefusedException("code-webhook: write an https:// URL (http:// only on this machine), without user name or password.");

    /// <summary>Share of complaints beyond which a campaign pauses by itself; null for the default.</summary>
    /// <exception cref="RefusedException">The value cannot be read.</exception>
    public static double? ComplaintLimit(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("complaint-limit", out var text) ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0.05 and <= 5 ? percent / 100
        : throw new RefusedException("complaint-limit: write percent from 0.05 to 5, such as 0.3.");

    /// <summary>Where patients' replies go; null where they wait in the list of requests.</summary>
    /// <exception cref="RefusedException">It is no mailbox.</exception>
    public static string? ReplyInbox(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("reply-inbox", out var text) ? null : EmailAddress.Normalise(text) ?? throw new RefusedException("reply-inbox: write one mailbox, such as care@clinic.example.");

    /// <summary>The neutral name; null where none is set.</summary>
    /// <exception cref="RefusedException">It cannot stand in a subject line.</exception>
    public static string? PublicName(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("public-name", out var name) ? null
        : name.Trim() is { Length: > 0 and <= 80 } trimmed && !trimmed.Any(char.IsControl) ? trimmed
        : throw new RefusedException("public-name: write 1 to 80 characters on one line.");

    /// <summary>Addresses that the server sends from; empty where none is set.</summary>
    /// <exception cref="RefusedException">One is no IP address.</exception>
    public static IReadOnlyList<IPAddress> SendsFrom(IReadOnlyDictionary<string, string> settings) =>
        [.. settings.GetValueOrDefault("sends-from", "").Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Select(text => IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || text.Count(letter => letter == '.') == 3)
                ? address
                : throw new RefusedException("sends-from: write IP addresses separated by spaces, such as 192.0.2.10 2001:db8::10."))];

    /// <summary>Host that takes bounces; null where none is set.</summary>
    /// <exception cref="RefusedException">It is no host name.</exception>
    public static string? BounceHost(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("bounce-host", out var host) ? null
        : Uri.CheckHostName(host) == UriHostNameType.Dns && host.Contains('.', StringComparison.Ordinal) ? host
        : throw new RefusedException("bounce-host: write a host name, such as mx.greenvalley.test.");

    /// <summary>Where the public URL is asked; null where its own name leads there.</summary>
    /// <exception cref="RefusedException">It is no such URL.</exception>
    public static Uri? PublicRoute(IReadOnlyDictionary<string, string> settings) =>
        !settings.TryGetValue("public-route", out var text) ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0 && url.PathAndQuery == "/" && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) ? url
        : throw new RefusedException("public-route: write https://HOST:PORT (http:// only on this machine), without a path.");

    private static bool IsOn(IReadOnlyDictionary<string, string> settings, string name, string unset) => settings.GetValueOrDefault(name, unset) switch
    {
        "on" => true,
        "off" => false,
        _ => throw new RefusedException($"{name}: write on or off."),
    };

    private static string Endpoint(string name, string value)
    {
        var colon = value.LastIndexOf(':');
        return colon > 0 && int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535
            ? value
            : throw new RefusedException($"{name}: write host:port, such as relay.example.com:587.");
    }

    private static Dictionary<string, DeliveryRoute> Routes(string value)
    {
        var routes = new Dictionary<string, DeliveryRoute>(StringComparer.Ordinal);
        foreach (var part in value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var domain, var endpoint, var certificateName])
                throw new RefusedException("route: write DOMAIN=HOST:PORT=CERTIFICATE-NAME, such as example.com=127.0.0.1:2525=mx.example.com.");
            endpoint = Endpoint("route", endpoint);
            var colon = endpoint.LastIndexOf(':');
            routes[domain.ToLowerInvariant()] = new DeliveryRoute(endpoint[..colon], int.Parse(endpoint.AsSpan(colon + 1), CultureInfo.InvariantCulture), certificateName);
        }

        return routes;
    }

    private static (TimeSpan? After, Dictionary<MessageClass, TimeSpan> ByClass) GiveUp(IReadOnlyDictionary<string, string> settings)
    {
        TimeSpan? all = null;
        var byClass = new Dictionary<MessageClass, TimeSpan>();
        foreach (var part in settings.GetValueOrDefault("give-up-after", "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, hours) = part.Split('=') is [var left, var right] ? (left, right) : ("", part);
            if (!int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 24 * 30)
                throw new RefusedException("give-up-after: give a number from 1 to 720, and behind it classes that differ, such as 120 N2=48.");
            if (name.Length == 0 && all is null)
                all = TimeSpan.FromHours(number);
            else if (name.Length == 2 && Enum.TryParse<MessageClass>(name, ignoreCase: true, out var messageClass))
                byClass[messageClass] = TimeSpan.FromHours(number);
            else
                throw new RefusedException($"give-up-after: '{part}' is neither hours nor CLASS=HOURS; classes are N0, N1, N2.");
        }

        return (all, byClass);
    }

    private static long[] WarmUp(string value)
    {
        var days = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var messages) && messages is > 0 and <= 100_000_000
                ? messages
                : throw new RefusedException($"warm-up: '{part}' is no number of messages from 1 to 100000000."))
            .ToArray();
        return days.Length is > 0 and <= 120 ? days : throw new RefusedException("warm-up: give the messages of 1 to 120 days.");
    }

    /// <summary>Whose certificates are trusted for S/MIME.</summary>
    /// <exception cref="RefusedException">A value cannot be read.</exception>
    public static SmimeTrust Smime(IReadOnlyDictionary<string, string> settings) => new()
    {
        Roots = settings.TryGetValue("smime-roots", out var roots) ? Roots("smime-roots", roots) : [],
        RevocationHosts = [.. settings.GetValueOrDefault("smime-revocation-hosts", "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(host => Endpoint("smime-revocation-hosts", host))],
    };

    private static X509Certificate2Collection Roots(string name, string pem)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            roots.Clear();
        }

        return roots.Count > 0 ? roots : throw new RefusedException($"{name}: no PEM certificate was found in the file.");
    }

    private static Dictionary<string, IReadOnlyList<string>> Pins(string value)
    {
        var pins = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var part in value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var suffixes = part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? part[(at + 1)..].Split(',').Select(suffix => suffix.TrimStart('.').ToLowerInvariant()).ToList() : [];
            if (suffixes.Count == 0 || suffixes.Exists(suffix => Uri.CheckHostName(suffix) != UriHostNameType.Dns))
                throw new RefusedException($"expected-mx: '{part}' is not DOMAIN=SUFFIX,SUFFIX, such as hospital.example=protection.outlook.com.");
            pins[part[..part.IndexOf('=', StringComparison.Ordinal)].ToLowerInvariant()] = suffixes;
        }

        return pins;
    }

    private static TimeSpan[] Schedule(string value)
    {
        var waits = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(part => double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
                ? TimeSpan.FromSeconds(seconds)
                : throw new RefusedException($"retry-schedule: '{part}' is no number of seconds up to 86400."))
            .ToArray();
        return waits.Length > 0 ? waits : throw new RefusedException("retry-schedule: give at least one number of seconds.");
    }

    private static int? Number(IReadOnlyDictionary<string, string> settings, string name, int least, int most) =>
        !settings.TryGetValue(name, out var value) ? null
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new RefusedException($"{name}: give a number from {least} to {most}.");
}
