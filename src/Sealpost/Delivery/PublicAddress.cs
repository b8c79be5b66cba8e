using System.Net;
using System.Net.Sockets;

namespace Sealpost.Delivery;

/// <summary>Tells addresses of the public internet from those of this machine and its own networks.</summary>
internal static class PublicAddress
{
    // RFC 6890 and the IANA registries of special-purpose addresses.
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "::/127", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // RFC 6052 §2.1: an IPv4 address, as networks without IPv4 write it.
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether it is one of the public internet.</summary>
    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : Translated.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(12)) : address;
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !Special.Any(network => network.Contains(plain));
    }
}
