using System.Text.RegularExpressions;

namespace Sealpost.Delivery.MtaSts;

/// <summary>The TXT record that announces a policy and its id. RFC 8461 §3.1.</summary>
internal static partial class StsRecord
{
    /// <summary>The id; null where the record cannot be read.</summary>
    public static string? IdOf(string record)
    {
        if (!Syntax.IsMatch(record))
            return null;
        // §3.2: where a field comes twice, the first counts.
        return record.Split(';')[1..].Select(field => field.Trim(' ', '\t')).FirstOrDefault(field => field.StartsWith("id=", StringComparison.Ordinal)) is { } id && IdSyntax.IsMatch(id)
            ? id[3..]
            : null;
    }

    /// <summary>The id that a domain announces; null unless exactly one record begins as one and can be read.</summary>
    /// <param name="texts">TXT records, the strings of each joined without spaces.</param>
    public static string? IdOf(IEnumerable<string> texts) =>
        texts.Where(text => text.StartsWith("v=STSv1;", StringComparison.Ordinal)).Take(2).ToList() is [var only] ? IdOf(only) : null;

    [GeneratedRegex(@"\Av=STSv1(?:[ \t]*;[ \t]*[A-Za-z0-9][A-Za-z0-9_.\-]{0,31}=[\x21-\x3A\x3C\x3E-\x7E]+)+[ \t]*(?:;[ \t]*)?\z", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Syntax { get; }

    [GeneratedRegex(@"\Aid=[A-Za-z0-9]{1,32}\z", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex IdSyntax { get; }
}
