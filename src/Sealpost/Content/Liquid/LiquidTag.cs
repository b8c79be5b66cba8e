namespace Sealpost.Content.Liquid;

/// <summary>One <c>{{ … }}</c> or <c>{% … %}</c> as it stands in a source.</summary>
/// <param name="IsOutput">Whether it prints a value.</param>
/// <param name="Name">Name of a statement: <c>if</c>, <c>endif</c>, …; empty for an output.</param>
/// <param name="Markup">What follows the name, or the printed expression.</param>
/// <param name="Line">Line in the source, from 1.</param>
/// <param name="TrimsLeft">Written with <c>{{-</c>: removes white space before it.</param>
/// <param name="TrimsRight">Written with <c>-}}</c>.</param>
internal sealed record LiquidTag(bool IsOutput, string Name, string Markup, int Line, bool TrimsLeft, bool TrimsRight)
{
    /// <summary>Column of the opening braces, from 1.</summary>
    public int Column { get; init; } = 1;

    /// <summary>Characters it takes in the source.</summary>
    public int Length { get; init; }

    /// <summary>The tag as an author would write it, for problems.</summary>
    public string Source => IsOutput ? $"{{{{ {Markup} }}}}" : Markup.Length == 0 ? $"{{% {Name} %}}" : $"{{% {Name} {Markup} %}}";
}

/// <summary>A stretch of a source: text or a tag.</summary>
/// <param name="Text">The text; empty for a tag.</param>
/// <param name="Tag">The tag, or null.</param>
/// <param name="Lines">Line breaks it spans.</param>
internal sealed record LiquidToken(string Text, LiquidTag? Tag, int Lines);
