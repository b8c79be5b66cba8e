using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sealpost.Delivery.Domains;

/// <summary>Results of an SPF evaluation. RFC 7208 §2.6.</summary>
internal enum SpfResult
{
    /// <summary>No record.</summary>
    None,

    /// <summary>The domain says nothing about the address.</summary>
    Neutral,

    /// <summary>Allowed.</summary>
    Pass,

    /// <summary>Not allowed.</summary>
    Fail,

    /// <summary>Probably not allowed.</summary>
    SoftFail,

    /// <summary>DNS did not answer.</summary>
    TempError,

    /// <summary>The record cannot be used.</summary>
    PermError,
}

/// <summary>An evaluation's end.</summary>
/// <param name="Result">Result.</param>
/// <param name="LookUps">Terms that asked DNS; ten are allowed. RFC 7208 §4.6.4.</param>
/// <param name="Problem">What is wrong with the record; empty where nothing is.</param>
internal sealed record SpfOutcome(SpfResult Result, int LookUps, string Problem);

/// <summary>Evaluates SPF as a receiver does. RFC 7208 §4 to §7. One instance for one evaluation.</summary>
internal sealed class EvaluateSpf(AskDns dns, IPAddress address, string sender, string helo)
{
    /// <summary>RFC 7208 §4.6.4.</summary>
    public const int MostLookUps = 10;

    private const int MostVoid = 2;
    private const int MostNames = 10;

    private int _lookUps;
    private int _voids;

    /// <summary>Evaluates a domain's record for the address.</summary>
    public async Task<SpfOutcome> RunAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            return new SpfOutcome(await CheckAsync(domain, cancellationToken).ConfigureAwait(false), _lookUps, "");
        }
        catch (SpfStopException stop)
        {
            return new SpfOutcome(stop.Result, _lookUps, stop.Message);
        }
    }

    /// <summary>The records among text records.</summary>
    public static IReadOnlyList<string> RecordsIn(IEnumerable<string> texts) =>
        [.. texts.Where(text => text.Equals("v=spf1", StringComparison.OrdinalIgnoreCase) || text.StartsWith("v=spf1 ", StringComparison.OrdinalIgnoreCase))];

    private async Task<SpfResult> CheckAsync(string domain, CancellationToken cancellationToken)
    {
        var text = await dns.TextAsync(domain, cancellationToken).ConfigureAwait(false);
        if (text.Failed)
            throw new SpfStopException(SpfResult.TempError, $"DNS did not answer for {domain}.");
        var records = RecordsIn(text.Values);
        if (records.Count != 1)
            return records.Count == 0 ? SpfResult.None : throw new SpfStopException(SpfResult.PermError, $"{domain} publishes {records.Count} SPF records; one is allowed.");
        var terms = records[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        foreach (var term in terms.Where(term => !IsModifier(term)))
        {
            if (await MatchesAsync(Mechanism.Parse(term), domain, cancellationToken).ConfigureAwait(false))
                return term[0] switch { '-' => SpfResult.Fail, '~' => SpfResult.SoftFail, '?' => SpfResult.Neutral, _ => SpfResult.Pass };
        }

        if (terms.FirstOrDefault(term => term.StartsWith("redirect=", StringComparison.OrdinalIgnoreCase)) is not { } redirect)
            return SpfResult.Neutral;
        CountLookUp();
        var target = Expand(redirect["redirect=".Length..], domain);
        return await CheckAsync(target, cancellationToken).ConfigureAwait(false) is not SpfResult.None and var result ? result : throw new SpfStopException(SpfResult.PermError, $"redirect leads to {target}, which has no SPF record.");
    }

    // RFC 7208 §4.6.1: name "=" anything; unknown modifiers are skipped.
    private static bool IsModifier(string term) => term.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && term.AsSpan(0, equals).IndexOfAny(':', '/') < 0;

    private async Task<bool> MatchesAsync(Mechanism mechanism, string domain, CancellationToken cancellationToken)
    {
        var target = mechanism.Name is "ip4" or "ip6" or "all" ? "" : mechanism.Value.Length == 0 ? domain : Expand(mechanism.Value, domain);
        switch (mechanism.Name)
        {
            case "all":
                return true;
            case "ip4" or "ip6":
                return mechanism.Network() is { } network && InNetwork(network.Address, network.Length);
            case "include":
                CountLookUp();
                return await CheckAsync(target, cancellationToken).ConfigureAwait(false) switch
                {
                    SpfResult.Pass => true,
                    SpfResult.None => throw new SpfStopException(SpfResult.PermError, $"include:{target} leads to no SPF record."),
                    _ => false,
                };
            case "a":
                CountLookUp();
                return Near(await AddressesAsync(target, cancellationToken).ConfigureAwait(false), mechanism);
            case "mx":
                CountLookUp();
                return await MxMatchesAsync(target, mechanism, cancellationToken).ConfigureAwait(false);
            case "exists":
                CountLookUp();
                return (await AddressesAsync(target, cancellationToken).ConfigureAwait(false)).Any(found => found.AddressFamily == AddressFamily.InterNetwork);
            case "ptr":
                CountLookUp();
                return await PointsBackAsync(target, cancellationToken).ConfigureAwait(false);
            default:
                throw new SpfStopException(SpfResult.PermError, $"'{mechanism.Name}' is no mechanism of SPF.");
        }
    }

    private async Task<bool> MxMatchesAsync(string target, Mechanism mechanism, CancellationToken cancellationToken)
    {
        var hosts = await dns.HostsAsync(target, cancellationToken).ConfigureAwait(false) ?? throw new SpfStopException(SpfResult.TempError, $"DNS did not answer for the MX of {target}.");
        if (hosts.Count > MostNames)
            throw new SpfStopException(SpfResult.PermError, $"mx:{target} names more than ten hosts.");
        CountVoid(hosts.Count);
        foreach (var host in hosts)
        {
            if (Near(await AddressesAsync(host, cancellationToken).ConfigureAwait(false), mechanism))
                return true;
        }

        return false;
    }

    private async Task<bool> PointsBackAsync(string target, CancellationToken cancellationToken)
    {
        foreach (var name in (await dns.NamesAsync(address, cancellationToken).ConfigureAwait(false) ?? []).Take(MostNames))
        {
            if ((name.Equals(target, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + target, StringComparison.OrdinalIgnoreCase))
                && (await dns.AddressesAsync(name, cancellationToken).ConfigureAwait(false) ?? []).Contains(address))
                return true;
        }

        return false;
    }

    private async Task<IReadOnlyList<IPAddress>> AddressesAsync(string name, CancellationToken cancellationToken)
    {
        var found = await dns.AddressesAsync(name, cancellationToken).ConfigureAwait(false) ?? throw new SpfStopException(SpfResult.TempError, $"DNS did not answer for {name}.");
        CountVoid(found.Count);
        return found;
    }

    private void CountLookUp()
    {
        if (++_lookUps > MostLookUps)
            throw new SpfStopException(SpfResult.PermError, "More than ten look-ups.");
    }

    private void CountVoid(int found)
    {
        if (found == 0 && ++_voids > MostVoid)
            throw new SpfStopException(SpfResult.PermError, "More than two look-ups found nothing.");
    }

    private bool Near(IReadOnlyList<IPAddress> found, Mechanism mechanism) =>
        found.Any(one => InNetwork(one, one.AddressFamily == AddressFamily.InterNetwork ? mechanism.Four : mechanism.Six));

    private bool InNetwork(IPAddress network, int length) =>
        network.AddressFamily == address.AddressFamily && SameBits(network.GetAddressBytes(), address.GetAddressBytes(), length);

    private static bool SameBits(byte[] one, byte[] other, int length)
    {
        for (var bit = 0; bit < length; bit++)
        {
            if (((one[bit / 8] ^ other[bit / 8]) & (0x80 >> (bit % 8))) != 0)
                return false;
        }

        return true;
    }

    private string Expand(string text, string domain) => new SpfMacros(address, sender, helo, domain).Expand(text);

    /// <summary>A mechanism's parts.</summary>
    private sealed record Mechanism(string Name, string Value, int Four, int Six)
    {
        public static Mechanism Parse(string term)
        {
            var bare = term.TrimStart('+', '-', '~', '?');
            var end = bare.AsSpan().IndexOfAny(':', '/');
            var name = (end < 0 ? bare : bare[..end]).ToLowerInvariant();
            var rest = end < 0 ? "" : bare[end..];
            if (name is "ip4" or "ip6" or "all" or "include" or "exists" or "ptr")
                return new Mechanism(name, rest.TrimStart(':'), 32, 128);
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            var (value, lengths) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..]);
            var six = lengths.IndexOf("//", StringComparison.Ordinal);
            return new Mechanism(name, value.TrimStart(':'), Length(six < 0 ? lengths : lengths[..six], 32), Length(six < 0 ? "" : lengths[(six + 1)..], 128));
        }

        public (IPAddress Address, int Length)? Network()
        {
            var slash = Value.IndexOf('/', StringComparison.Ordinal);
            var most = Name == "ip4" ? 32 : 128;
            var family = Name == "ip4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            return IPAddress.TryParse(slash < 0 ? Value : Value[..slash], out var network) && network.AddressFamily == family
                ? (network, Length(slash < 0 ? "" : Value[slash..], most))
                : throw new SpfStopException(SpfResult.PermError, $"'{Name}:{Value}' is no network.");
        }

        private static int Length(string text, int most) =>
            text.Length == 0 ? most
            : int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= most ? length
            : throw new SpfStopException(SpfResult.PermError, $"'{text}' is no prefix length.");
    }
}

/// <summary>Ends an evaluation.</summary>
internal sealed class SpfStopException(SpfResult result, string message) : Exception(message)
{
    public SpfResult Result => result;
}
