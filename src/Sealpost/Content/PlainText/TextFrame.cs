namespace Sealpost.Content.PlainText;

/// <summary>What Sealpost adds to the text part.</summary>
internal static class TextFrame
{
    /// <summary>Writes the footer. 15 USC 7704(a)(3), (5).</summary>
    public static void WriteFooter(TextWriter writer, SenderFooter footer, FrameWords words)
    {
        writer.Write("\n\n-- \n");
        writer.Write(words.ReasonOf(footer));
        foreach (var part in (ReadOnlySpan<string>)["\n", footer.OrganisationName, "\n", footer.PostalAddress, "\n\n", words.Unsubscribe, ": ", footer.UnsubscribeUrl, "\n"])
            writer.Write(part);
        if (footer.PreferencesUrl is not { } preferences)
            return;
        foreach (var part in (ReadOnlySpan<string>)[words.Change, ": ", preferences, "\n"])
            writer.Write(part);
    }

    /// <summary>Longest line where a space allows a break. RFC 5322 §2.1.1 asks for 78 at most.</summary>
    private const int Columns = 76;

    /// <summary>Removes what loops and conditions leave: spaces at line ends, a lone space at a line's begin, more than one empty line in a row. Breaks long lines at spaces.</summary>
    public static void Tidy(ReadOnlySpan<char> text, TextWriter to)
    {
        var empty = 2;
        foreach (var line in text.EnumerateLines())
        {
            var trimmed = line.TrimEnd();
            if (trimmed.IsEmpty && ++empty > 1)
                continue;
            if (!trimmed.IsEmpty)
                empty = 0;
            if (line is "-- ")
                trimmed = line; // RFC 3676 §4.3: the signature separator ends in a space.
            WriteWrapped(trimmed is [' ', not ' ', ..] ? trimmed[1..] : trimmed, to);
        }
    }

    private static void WriteWrapped(ReadOnlySpan<char> line, TextWriter to)
    {
        while (line.Length > Columns)
        {
            // At the last space that fits; a longer word, such as a URL, stays whole.
            var at = line[..(Columns + 1)].TrimEnd().LastIndexOf(' ');
            if (at <= 0 || line[..at].IsWhiteSpace())
                at = line[Columns..].IndexOf(' ') is >= 0 and var next ? Columns + next : line.Length;
            to.Write(line[..at].TrimEnd());
            to.Write('\n');
            line = line[at..].TrimStart();
            if (line.IsEmpty)
                return;
        }

        to.Write(line);
        to.Write('\n');
    }
}
