namespace Sealpost.Delivery;

/// <summary>Whether answers of DNS are validated, so that DANE can be used.</summary>
/// <param name="Validates">They are.</param>
/// <param name="Words">What was found and what to do, in a sentence.</param>
public sealed record DnssecStatus(bool Validates, string Words)
{
    /// <summary>What fails without it, in a sentence.</summary>
    public const string Lost = "Until then no mail host can prove itself by its TLSA records: clinical messages to domains that publish DANE alone wait on the patients' page.";

    internal static DnssecStatus Of(bool isLocal, IReadOnlyList<string> servers, DnsAnswer? root)
    {
        var names = servers.Count == 0 ? "no DNS server" : string.Join(", ", servers);
        return !isLocal ? new(false, $"DANE is off: {names} is not on this machine, so its word on DNSSEC could be changed on the way. Run a validating resolver such as unbound here and set dns-server to 127.0.0.1.")
            : root is null or { Result: DnsResult.Failed } ? new(false, $"DANE is off: {names} does not answer. Start the resolver, or set dns-server to another one on this machine.")
            : root.IsSecure ? new(true, $"DANE is on: {names} validates DNSSEC (the AD bit came for the signed root).")
            : new(false, $"DANE is off: {names} answers without validating DNSSEC (no AD bit came for the signed root). Switch validation on in the resolver (unbound: auto-trust-anchor-file; systemd-resolved: DNSSEC=yes).");
    }
}
