namespace Sealpost.Content.PlainText;

/// <summary>What Sealpost adds to the text part.</summary>
internal static class TextFrame
{
    /// <summary>Writes the footer. 15 USC 7704(a)(3), (5).</summary>
    public static void WriteFooter(TextWriter writer, SenderFooter footer)
    {
        writer.Write("\n\n-- \n");
        writer.Write(footer.Reason ?? $"You receive this message because you are a patient of {footer.OrganisationName}.");
        writer.Write($"\n{footer.OrganisationName}\n{footer.PostalAddress}\n\nUnsubscribe: {footer.UnsubscribeUrl}\n");
        if (footer.PreferencesUrl is { } preferences)
            writer.Write($"Change what you receive: {preferences}\n");
    }

    /// <summary>Longest line where a space allows a break. RFC 5322 §2.1.1 asks for 78 at most.</summary>
    private const int Columns = 76;

    /// <summary>Removes what loops and conditions leave: spaces at line ends, a lone space at a line's begin, more than one empty line in a row. Breaks long lines at spaces.</summary>
    public static string Tidy(string text)
    {
        var tidy = new System.Text.StringBuilder(text.Length);
        var empty = 2;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var trimmed = line.TrimEnd();
            if (trimmed.IsEmpty && ++empty > 1)
                continue;
            if (!trimmed.IsEmpty)
                empty = 0;
            if (line is "-- ")
                trimmed = line; // RFC 3676 §4.3: the signature separator ends in a space.
            AppendWrapped(tidy, trimmed is [' ', not ' ', ..] ? trimmed[1..] : trimmed);
        }

        return tidy.ToString();
    }

    private static void AppendWrapped(System.Text.StringBuilder tidy, ReadOnlySpan<char> line)
    {
        while (line.Length > Columns)
        {
            // At the last space that fits; a longer word, such as a URL, stays whole.
            var at = line[..(Columns + 1)].TrimEnd().LastIndexOf(' ');
            if (at <= 0 || line[..at].IsWhiteSpace())
                at = line[Columns..].IndexOf(' ') is >= 0 and var next ? Columns + next : line.Length;
            tidy.Append(line[..at].TrimEnd()).Append('\n');
            line = line[at..].TrimStart();
            if (line.IsEmpty)
                return;
        }

        tidy.Append(line).Append('\n');
    }
}
