namespace Sealpost.Delivery.Returns;

/// <summary>Fields of one recipient of a delivery report. RFC 3464 §2.3.</summary>
internal sealed class StatusGroup
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    public string this[string name] => _fields.GetValueOrDefault(name, "");

    public bool IsRecipient => _fields.ContainsKey("Final-Recipient") || _fields.ContainsKey("Original-Recipient") || _fields.ContainsKey("Action");

    public bool Has(string name) => _fields.ContainsKey(name);

    public void Add(string name, string value) => _fields.TryAdd(name, value);

    public void Fold(string name, string line)
    {
        if (_fields.TryGetValue(name, out var value))
            _fields[name] = value + " " + line.Trim();
    }

    /// <summary>The address that was written to; else the final one.</summary>
    public string? Address() => Typed(this["Original-Recipient"]) ?? Typed(this["Final-Recipient"]) ?? Typed(this["X-Actual-Recipient"]);

    /// <summary>An address after its type; X.400 and fax ones are not ours. RFC 3464 §2.1.2; utf-8 type RFC 6533 §3.</summary>
    private static string? Typed(string value)
    {
        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var type = semicolon < 0 ? "" : value[..semicolon].Trim();
        if (type.Length > 0 && !type.Equals("rfc822", StringComparison.OrdinalIgnoreCase) && !type.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !type.Equals("smtp", StringComparison.OrdinalIgnoreCase))
            return null;
        var text = Unescape(value[(semicolon + 1)..].Trim());
        return MailboxText.All(text) is [var mailbox, ..] ? mailbox : MailboxText.Clean(text) is { } clean && !clean.Contains(' ', StringComparison.Ordinal) ? clean : null;
    }

    /// <summary>RFC 6533 §3: <c>\x{3000}</c> stands for a character.</summary>
    private static string Unescape(string text)
    {
        for (var at = text.IndexOf("\\x{", StringComparison.Ordinal); at >= 0; at = text.IndexOf("\\x{", at + 1, StringComparison.Ordinal))
        {
            var end = text.IndexOf('}', at);
            if (end < 0 || end - at > 9 || !int.TryParse(text.AsSpan(at + 3, end - at - 3), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out var code) || code is < 0x20 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF))
                continue;
            text = text[..at] + char.ConvertFromUtf32(code) + text[(end + 1)..];
        }

        return text;
    }
}

/// <summary>Delivery-status fields, from their own part or from the middle of a text whose MIME is broken.</summary>
internal static class StatusGroups
{
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "Original-Envelope-Id", "Reporting-MTA", "DSN-Gateway", "Received-From-MTA", "Arrival-Date", "Original-Recipient", "Final-Recipient", "Action", "Status",
        "Remote-MTA", "Diagnostic-Code", "Last-Attempt-Date", "Final-Log-ID", "Will-Retry-Until", "Localized-Reason",
    };

    /// <summary>Groups that name a recipient or an action.</summary>
    public static IReadOnlyList<StatusGroup> Read(string text, bool isOwnPart)
    {
        var groups = new List<StatusGroup>();
        var group = new StatusGroup();
        string? last = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.Length > 0 && char.IsWhiteSpace(line[0]) && last is not null && line.Trim().Length > 0)
            {
                group.Fold(last, line);
                continue;
            }

            var (name, value) = Field(line);
            if (name is null || (!isOwnPart && !Known.Contains(name)))
            {
                last = null;
                if (line.Trim().Length == 0)
                    Close();
                continue;
            }

            // Some reporters leave no blank line between recipients.
            if (group.Has(name) && (name.Equals("Final-Recipient", StringComparison.OrdinalIgnoreCase) || name.Equals("Original-Recipient", StringComparison.OrdinalIgnoreCase) || name.Equals("Action", StringComparison.OrdinalIgnoreCase)))
                Close();
            group.Add(name, value);
            last = name;
        }

        Close();
        return groups;

        void Close()
        {
            if (group.IsRecipient)
                groups.Add(group);
            group = new StatusGroup();
            last = null;
        }
    }

    /// <summary>Name and value of a field line; a null name where it is none.</summary>
    public static (string? Name, string Value) Field(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || colon > 60)
            return (null, "");
        var name = line.AsSpan(0, colon).TrimEnd();
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return (null, "");
        }

        return (name.ToString(), line[(colon + 1)..].Trim());
    }

    /// <summary>The first field of a name among header-like lines, folded lines joined; null where it is absent.</summary>
    public static string? First(string text, string name)
    {
        string? value = null;
        foreach (var line in text.Split('\n'))
        {
            if (value is not null)
            {
                if (line.Length == 0 || !char.IsWhiteSpace(line[0]))
                    return value;
                value += " " + line.Trim();
                continue;
            }

            var (found, rest) = Field(line.TrimStart());
            if (found is not null && found.Equals(name, StringComparison.OrdinalIgnoreCase))
                value = rest;
        }

        return value;
    }
}
