using System.Globalization;

namespace Sealpost.Delivery;

/// <summary>Frees what a stranger wrote of characters that a terminal, a log or a reader's eye would obey instead of showing.</summary>
internal static class PlainText
{
    /// <summary>The text in one line, with a space for each such character (controls, line ends, marks of direction and other invisible ones).</summary>
    public static string Of(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? text : string.Create(text.Length, text, static (clean, from) =>
    {
        for (var i = 0; i < clean.Length; i++)
            clean[i] = IsShown(from[i]) ? from[i] : ' ';
    });

    private static bool IsShown(char letter) => CharUnicodeInfo.GetUnicodeCategory(letter) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
