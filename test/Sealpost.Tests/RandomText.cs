using System.Text.RegularExpressions;

namespace Sealpost.Tests;

/// <summary>Tokens, signatures and keys are random letters, which by chance spell a short word: whoever looks for words leaves them out first, and nothing else.</summary>
internal static partial class RandomText
{
    /// <summary>The text without DKIM signatures and without runs of 22 and more letters of base64url among which are small ones, capitals and digits.</summary>
    public static string LeftOut(string? text) => Runs().Replace(Signatures().Replace(text ?? "", ""), "");

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*[0-9])(?=[A-Z0-9_-]*[a-z])(?=[a-z0-9_-]*[A-Z])[A-Za-z0-9_-]{22,}", RegexOptions.None, 1_000)]
    private static partial Regex Runs();

    [GeneratedRegex(@"^DKIM-Signature:[^\r\n]*(\r?\n[ \t][^\r\n]*)*", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Signatures();
}
