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

    /// <summary>Removes spaces at line ends and more than one empty line in a row, as loops and conditions leave them.</summary>
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
            tidy.Append(trimmed).Append('\n');
        }

        return tidy.ToString();
    }
}
