using Sealpost.Consent;
using Sealpost.Content.Fields;
using Sealpost.Content.Liquid;

namespace Sealpost.Content;

/// <summary>A compiled template: parsed once, rendered per patient; immutable and thread-safe.</summary>
public sealed class Template
{
    internal Template(TemplateSource source, string hash, TemplateParts parts, Taint taint)
    {
        From = source.From.Trim();
        Language = source.Language;
        Hash = hash;
        Parts = parts;
        Fields = [.. taint.Fields.Where(path => !TemplateCompiler.IsImpersonal(path))];
        Categories = taint.Categories;
        Class = taint.Labels switch
        {
            var labels when labels.HasFlag(FieldLabel.Sensitive) => MessageClass.N3,
            var labels when labels.HasFlag(FieldLabel.Clinical) => MessageClass.N2,
            FieldLabel.None => MessageClass.N0,
            _ => MessageClass.N1,
        };
    }

    /// <summary>SHA-256 over source and compiler version, hex; receipts and approvals pin it.</summary>
    public string Hash { get; }

    /// <summary>Field paths the template opens (45 CFR 164.502(b): these and no others are opened at render), sorted.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Class by content alone; the audience's query may raise it.</summary>
    public MessageClass Class { get; }

    /// <summary>Sensitive categories by content alone.</summary>
    public IReadOnlySet<string> Categories { get; }

    /// <summary>The author's From: one mailbox with its display name.</summary>
    public string From { get; }

    /// <summary>BCP 47 tag of its language; null where the author names none.</summary>
    public string? Language { get; }

    internal TemplateParts Parts { get; }

    /// <summary>Compiles and checks: syntax, unknown names, PHI in subject, preheader, sender, link, alt text or header, limits, third-party resources.</summary>
    /// <param name="source">The template as authored.</param>
    /// <param name="ownHosts">Hosts that pictures and other resources may be loaded from: the organisation's own (public URL, sender domain). Links may lead anywhere.</param>
    /// <remarks>MJML takes some seconds for the first template of a process, then tens to hundreds of milliseconds; equal bodies are compiled once.</remarks>
    public static TemplateResult Compile(TemplateSource source, IReadOnlySet<string> ownHosts) => TemplateCompiler.Compile(source, ownHosts);
}
