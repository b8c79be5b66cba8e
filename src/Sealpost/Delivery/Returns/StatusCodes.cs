using System.Globalization;
using System.Text.RegularExpressions;

namespace Sealpost.Delivery.Returns;

/// <summary>Reply codes (RFC 5321 §4.2) and enhanced status codes (RFC 3463) in free text.</summary>
internal static partial class StatusCodes
{
    /// <summary>The first enhanced code that says more than "x.0.0"; else the first; empty where there is none.</summary>
    public static string Enhanced(string text)
    {
        var first = "";
        foreach (Match match in EnhancedCode().Matches(text))
        {
            var code = match.Groups["code"].Value;
            if (!code.EndsWith(".0.0", StringComparison.Ordinal))
                return code;
            if (first.Length == 0)
                first = code;
        }

        return first;
    }

    /// <summary>The first 4yz or 5yz reply; 0 where there is none.</summary>
    public static int Reply(string text) =>
        ReplyCode().Match(text) is { Success: true } match ? int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture) : 0;

    /// <summary>The code of a Status field, which may carry a comment.</summary>
    public static string OfField(string field) => StatusField().Match(field) is { Success: true } match ? match.Groups["code"].Value : "";

    [GeneratedRegex(@"(?:^|[\s\-(#=:;\[>])(?<code>[45]\.[0-9]{1,2}\.[0-9]{1,3})(?:[\s\-):;,<\].]|$)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(@"(?:^|[\s;:(\[>""])(?<code>[45][0-5][0-9])(?:[\s\-:\]),]|$)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ReplyCode();

    [GeneratedRegex(@"^\s*(?<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex StatusField();
}
