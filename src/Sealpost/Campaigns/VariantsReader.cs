using Sealpost.Content;
using Sealpost.Content.Drafts;
using YamlDotNet.RepresentationModel;

namespace Sealpost.Campaigns;

/// <summary>Reads the language variants of a campaign file: <c>variants: {es: {subject: …, html: …}}</c>.</summary>
internal sealed class VariantsReader(CampaignKeys keys, Func<string, string?> readFile)
{
    private const string Key = "variants";
    private static readonly string[] Needed = ["subject", "html"];
    private static readonly string[] Known = ["subject", "preheader", "html", "text"];

    /// <summary>The variants; those with problems are left out.</summary>
    /// <param name="format">Format of the main body, which every variant has too; null where that is unknown.</param>
    public IReadOnlyList<MessageVariant> Read(BodyFormat? format)
    {
        if (!keys.Has(Key))
            return [];
        if (keys.Node(Key) is not YamlMappingNode mapping)
        {
            keys.Add(Key, "write one entry a language: es: {subject: …, html: body.es.mjml}");
            return [];
        }

        var variants = new List<MessageVariant>();
        foreach (var (key, value) in mapping.Children)
        {
            var line = (int)key.Start.Line;
            var text = (key as YamlScalarNode)?.Value;
            if (Languages.Normalise(text) is not { } language)
                keys.Add(Key, line, (int)key.Start.Column, $"\"{text}\" is no language tag; write one such as es, es-MX or zh-Hant");
            else if (value is not YamlMappingNode parts)
                keys.Add(Key, line, (int)key.Start.Column, $"write the variant {language} as {{subject: …, html: …}}");
            else if (variants.Any(variant => variant.Language == language))
                keys.Add(Key, line, (int)key.Start.Column, $"there are two variants in {language}");
            else if (ReadOne(language, parts, format) is { } variant)
                variants.Add(variant);
        }

        return variants;
    }

    private MessageVariant? ReadOne(string language, YamlMappingNode parts, BodyFormat? format)
    {
        var found = new Dictionary<string, (string Value, int Line)>(StringComparer.Ordinal);
        foreach (var (key, value) in parts.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!Known.Contains(name, StringComparer.Ordinal))
                keys.Add(Key, (int)key.Start.Line, (int)key.Start.Column, $"unknown key \"{name}\" in the variant {language}{NearestName.Hint(name, Known)}");
            else if (value is YamlScalarNode { Value.Length: > 0 } scalar)
                found[name] = (scalar.Value, (int)key.Start.Line);
        }

        foreach (var name in Needed.Where(name => !found.ContainsKey(name)))
            keys.Add(Key, (int)parts.Start.Line, null, $"the variant {language} lacks \"{name}\"");
        if (!found.TryGetValue("subject", out var subject) || !found.TryGetValue("html", out var html))
            return null;
        var expected = format switch { BodyFormat.Mjml => ".mjml", BodyFormat.Markdown => ".md", BodyFormat.Html => ".html", _ => null };
        if (expected is not null && Path.GetExtension(html.Value).ToLowerInvariant() is var extension && extension != expected && !(expected == ".html" && extension == ".htm"))
        {
            keys.Add(Key, html.Line, null, $"the body of the variant {language} must end in {expected}, as the main one does");
            return null;
        }

        if (ReadNamed(html, language) is not { } body)
            return null;
        var text = found.TryGetValue("text", out var textFile) ? ReadNamed(textFile, language) : null;
        return new MessageVariant
        {
            Language = language,
            Subject = subject.Value,
            Preheader = found.TryGetValue("preheader", out var preheader) ? preheader.Value : null,
            Body = body,
            BodyFile = html.Value,
            Text = text,
            TextFile = text is null ? null : textFile.Value,
        };
    }

    private string? ReadNamed((string Value, int Line) file, string language)
    {
        var text = readFile(file.Value);
        if (text is null)
            keys.Add(Key, file.Line, null, $"the file \"{file.Value}\" of the variant {language} cannot be read; it is looked for beside the campaign file");
        else if (text.Length > CampaignFile.MaxLength)
            keys.Add(Key, file.Line, null, $"the file \"{file.Value}\" is longer than {CampaignFile.MaxLength} characters");
        else if (string.IsNullOrWhiteSpace(text))
            keys.Add(Key, file.Line, null, $"the file \"{file.Value}\" is empty");
        else
            return text;
        return null;
    }
}
