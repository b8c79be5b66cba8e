using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sealpost.Delivery.Domains;

/// <summary>Expands macros in SPF terms. RFC 7208 §7.</summary>
internal sealed class SpfMacros(IPAddress address, string sender, string helo, string domain)
{
    /// <summary>Expands.</summary>
    /// <exception cref="SpfStopException">The text is no macro string.</exception>
    public string Expand(string text)
    {
        var to = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                to.Append(text[i]);
                continue;
            }

            var kind = i + 1 < text.Length ? text[i + 1] : '\0';
            var end = kind == '{' ? text.IndexOf('}', i) : -1;
            if (kind is not ('%' or '_' or '-') && end < 0)
                throw Bad(text);
            to.Append(kind switch { '%' => "%", '_' => " ", '-' => "%20", _ => Value(text[(i + 2)..end], text) });
            i = end < 0 ? i + 1 : end;
        }

        // §7.3: a name longer than 253 characters loses labels from the left.
        var name = to.ToString();
        while (name.Length > 253 && name.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot)
            name = name[(dot + 1)..];
        return name;
    }

    private string Value(string macro, string text)
    {
        if (macro.Length == 0)
            throw Bad(text);
        var digits = string.Concat(macro.Skip(1).TakeWhile(char.IsAsciiDigit));
        var rest = macro[(1 + digits.Length)..];
        var reversed = rest.StartsWith('r') || rest.StartsWith('R');
        var delimiters = rest[(reversed ? 1 : 0)..];
        if (delimiters.Any(one => !".-+,/_=".Contains(one, StringComparison.Ordinal)))
            throw Bad(text);
        var parts = Letter(char.ToLowerInvariant(macro[0]), text).Split((delimiters.Length == 0 ? "." : delimiters).ToCharArray());
        if (reversed)
            Array.Reverse(parts);
        var keep = digits.Length == 0 ? parts.Length : int.Parse(digits, CultureInfo.InvariantCulture);
        return keep == 0 ? throw Bad(text) : string.Join('.', parts.TakeLast(keep));
    }

    private string Letter(char letter, string text) => letter switch
    {
        's' => sender,
        'l' => sender[..sender.LastIndexOf('@')],
        'o' => sender[(sender.LastIndexOf('@') + 1)..],
        'd' => domain,
        'h' => helo,
        'p' => "unknown",
        'v' => address.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
        'i' => address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString()
            : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).ToCharArray()),
        _ => throw Bad(text),
    };

    private static SpfStopException Bad(string text) => new(SpfResult.PermError, $"'{text}' cannot be read.");
}
