namespace Sealpost.Content.Drafts;

/// <summary>A block that messages share, as it stands in the library.</summary>
/// <param name="Format">How it is written; a message takes blocks of its own format, and a Markdown message HTML ones too.</param>
/// <param name="Bodies">Text by language; the first is the fallback.</param>
public sealed record BlockText(BodyFormat Format, IReadOnlyList<KeyValuePair<string, string>> Bodies)
{
    /// <summary>The text for a message's language.</summary>
    internal string For(string language)
    {
        foreach (var tag in Languages.Lookup(language))
        {
            foreach (var (known, body) in Bodies)
            {
                if (string.Equals(known, tag, StringComparison.OrdinalIgnoreCase))
                    return body;
            }
        }

        return Bodies[0].Value;
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>What a message may name instead of writing it out: <c>{% block opening-hours %}</c>, <c>{% brand primary %}</c>.</summary>
/// <param name="Blocks">Blocks by name.</param>
/// <param name="Brand">The brand kit's values by name; each is safe in an attribute.</param>
public sealed record Snippets(IReadOnlyDictionary<string, BlockText> Blocks, IReadOnlyDictionary<string, string> Brand)
{
    /// <summary>Nothing to name.</summary>
    public static Snippets None { get; } = new(new Dictionary<string, BlockText>(), new Dictionary<string, string>());

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
