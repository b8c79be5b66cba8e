using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sealpost.Delivery;

namespace Sealpost.Organisations;

/// <summary>Settings of an organisation, as <c>sealpost org set NAME VALUE</c> writes them; every value is checked before it is stored.</summary>
public static class OrganisationSettings
{
    /// <summary>Names with what they mean, for help.</summary>
    public static IReadOnlyDictionary<string, string> Known { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["via"] = "relay as host:port; needs an agreement that covers sending",
        ["route"] = "stated MX hosts, as DOMAIN=HOST:PORT=CERTIFICATE-NAME, separated by spaces; DOMAIN * is every other domain",
        ["extra-roots"] = "PEM certificates trusted besides the system's roots",
        ["dns-server"] = "DNS server to ask for MX, as an address with an optional port",
        ["mx-port"] = "port of MX hosts (25)",
        ["max-connections"] = "connections per destination, 1 to 100 (8)",
        ["retry-schedule"] = "seconds between tries, separated by spaces; the last repeats",
        ["give-up-after"] = "hours after which a deferred message is given up (120)",
        ["frequency-cap"] = "messages a patient may get within seven days, 1 to 100 (4)",
    };

    /// <summary>Checks a value.</summary>
    /// <exception cref="RefusedException">Unknown name, or a value that cannot be read; says what it takes.</exception>
    public static void Check(string name, string value)
    {
        if (!Known.ContainsKey(name))
            throw new RefusedException($"'{name}' is no setting. Settings are {string.Join(", ", Known.Keys)}.");
        _ = Delivery("check.example", new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
        _ = FrequencyCap(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
    }

    /// <summary>How mail leaves, by these settings.</summary>
    /// <exception cref="RefusedException">A value cannot be read.</exception>
    public static DeliveryOptions Delivery(string domain, IReadOnlyDictionary<string, string> settings)
    {
        var defaults = new DeliveryOptions { HeloName = domain };
        return defaults with
        {
            Via = settings.TryGetValue("via", out var via) ? Endpoint("via", via) : null,
            Routes = settings.TryGetValue("route", out var routes) ? Routes(routes) : defaults.Routes,
            ExtraRoots = settings.TryGetValue("extra-roots", out var roots) ? Roots(roots) : defaults.ExtraRoots,
            DnsServer = settings.GetValueOrDefault("dns-server"),
            Port = Number(settings, "mx-port", 1, 65_535) ?? defaults.Port,
            MaxConnections = Number(settings, "max-connections", 1, 100) ?? defaults.MaxConnections,
            RetrySchedule = settings.TryGetValue("retry-schedule", out var schedule) ? Schedule(schedule) : defaults.RetrySchedule,
            GiveUpAfter = Number(settings, "give-up-after", 1, 24 * 30) is { } hours ? TimeSpan.FromHours(hours) : defaults.GiveUpAfter,
        };
    }

    /// <summary>Messages a patient may get within seven days.</summary>
    /// <exception cref="RefusedException">The value cannot be read.</exception>
    public static int? FrequencyCap(IReadOnlyDictionary<string, string> settings) => Number(settings, "frequency-cap", 1, 100);

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

    private static X509Certificate2Collection Roots(string pem)
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

        return roots.Count > 0 ? roots : throw new RefusedException("extra-roots: no PEM certificate was found in the file.");
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
