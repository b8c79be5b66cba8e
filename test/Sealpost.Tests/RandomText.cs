using System.Text.RegularExpressions;

namespace Sealpost.Tests;

/// <summary>Tokens, signatures and message ids are random letters, which by chance spell a short word: whoever looks for words leaves them out first.</summary>
internal static partial class RandomText
{
    /// <summary>The text without its runs of 16 and more letters of base64 or base64url, folded over lines or not.</summary>
    public static string LeftOut(string? text) => Runs().Replace(Folds().Replace(text ?? "", ""), "");

    [GeneratedRegex(@"[A-Za-z0-9_+/=-]{16,}", RegexOptions.None, 1_000)]
    private static partial Regex Runs();

    [GeneratedRegex(@"(?<=[A-Za-z0-9_+/=-]{16})\r?\n[ \t]+", RegexOptions.None, 1_000)]
    private static partial Regex Folds();
}
