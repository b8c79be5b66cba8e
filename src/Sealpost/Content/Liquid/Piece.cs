namespace Sealpost.Content.Liquid;

/// <summary>Where in a message something stands; decides what it may reveal.</summary>
internal enum Place
{
    /// <summary>Subject line: seen on lock screens, in logs and delivery reports.</summary>
    Subject,

    /// <summary>Preview line: shown with the subject before the message is opened.</summary>
    Preheader,

    /// <summary>Visible text of the HTML part.</summary>
    Body,

    /// <summary>Text hidden by style, which previews show all the same.</summary>
    Hidden,

    /// <summary>An attribute value.</summary>
    Attribute,

    /// <summary>Text part.</summary>
    Text,
}

/// <summary>What an element does besides showing its text.</summary>
internal enum MarkKind
{
    /// <summary>Goes to a host when the reader asks for it; own hosts only under demographic conditions, else never under a condition on the patient.</summary>
    Link,

    /// <summary>The same, to a host that is not the organisation's.</summary>
    ForeignLink,

    /// <summary>Loaded when the message is opened.</summary>
    Resource,

    /// <summary>Carries alt, title or a label.</summary>
    Label,

    /// <summary>Text hidden by style.</summary>
    HiddenText,
}

/// <summary>A stretch of a part of the message, in the order in which it is written.</summary>
internal abstract record Piece;

/// <summary>Text as it shall appear.</summary>
/// <param name="Text">The text.</param>
internal sealed record TextPiece(string Text) : Piece;

/// <summary>A Liquid tag.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Owner">The element or attribute it stands in; the tags of one block share it. Null for plain text.</param>
/// <param name="Attribute">Name of the attribute, where it stands in one.</param>
internal sealed record TagPiece(LiquidTag Tag, Place Place, object? Owner = null, string? Attribute = null) : Piece;

/// <summary>An element that must not depend on the patient begins here.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Element">What to call it.</param>
internal sealed record MarkPiece(MarkKind Kind, string Element) : Piece;
