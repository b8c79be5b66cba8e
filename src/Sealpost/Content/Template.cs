using Sealpost.Consent;

namespace Sealpost.Content;

/// <summary>A compiled template: parsed once, rendered per patient; immutable and thread-safe.</summary>
public sealed class Template
{
    /// <summary>Compiles and checks: syntax, unknown names, PHI in subject, preheader, sender, link, alt text or header, limits, third-party resources.</summary>
    /// <param name="source">The template as authored.</param>
    /// <param name="ownHosts">Hosts that images and links may name besides plain links: the organisation's own (public URL, sender domain).</param>
    public static TemplateResult Compile(TemplateSource source, IReadOnlySet<string> ownHosts) => throw new NotImplementedException();

    /// <summary>SHA-256 over source and compiler version, hex; receipts and approvals pin it.</summary>
    public string Hash => throw new NotImplementedException();

    /// <summary>Field paths the template opens (45 CFR 164.502(b): these and no others are opened at render).</summary>
    public IReadOnlyList<string> Fields => throw new NotImplementedException();

    /// <summary>Class by content alone; the audience's query may raise it.</summary>
    public MessageClass Class => throw new NotImplementedException();

    /// <summary>Sensitive categories by content alone.</summary>
    public IReadOnlySet<string> Categories => throw new NotImplementedException();

    /// <summary>The author's From, parsed.</summary>
    public string From => throw new NotImplementedException();
}
