using Sealpost.Content.Liquid;

namespace Sealpost.Content;

/// <summary>A message made for one patient. In memory only; never persisted. Prints as <c>[phi]</c>.</summary>
/// <remarks>One that was made to be sent lies in buffers of the shared pool: dispose it once it is signed. Disposing another does nothing.</remarks>
public sealed record RenderedMessage : IDisposable
{
    private readonly RentedText? _rentedHtml;
    private readonly RentedText? _rentedText;
    private readonly string? _html;
    private readonly string? _text;

    /// <summary>Creates it of strings.</summary>
    /// <param name="from">Header From.</param>
    /// <param name="subject">N0 subject.</param>
    /// <param name="html">HTML part, complete with preheader and footer.</param>
    /// <param name="text">Text part with footer.</param>
    /// <param name="unsubscribeUrl">For List-Unsubscribe.</param>
    public RenderedMessage(string from, string subject, string html, string text, string unsubscribeUrl) =>
        (From, Subject, _html, _text, UnsubscribeUrl) = (from, subject, html, text, unsubscribeUrl);

    internal RenderedMessage(string from, string subject, RentedText html, RentedText text, string unsubscribeUrl) =>
        (From, Subject, _rentedHtml, _rentedText, UnsubscribeUrl) = (from, subject, html, text, unsubscribeUrl);

    /// <summary>Header From.</summary>
    public string From { get; init; }

    /// <summary>N0 subject.</summary>
    public string Subject { get; init; }

    /// <summary>HTML part, complete with preheader and footer.</summary>
    /// <exception cref="ObjectDisposedException">The message was disposed.</exception>
    public string Html
    {
        get => _html ?? _rentedHtml!.Span.ToString();
        init => _html = value;
    }

    /// <summary>Text part with footer.</summary>
    /// <exception cref="ObjectDisposedException">The message was disposed.</exception>
    public string Text
    {
        get => _text ?? _rentedText!.Span.ToString();
        init => _text = value;
    }

    /// <summary>For List-Unsubscribe.</summary>
    public string UnsubscribeUrl { get; init; }

    /// <summary><see cref="Html"/> without a copy.</summary>
    internal ReadOnlySpan<char> HtmlSpan => _html ?? _rentedHtml!.Span;

    /// <summary><see cref="Text"/> without a copy.</summary>
    internal ReadOnlySpan<char> TextSpan => _text ?? _rentedText!.Span;

    /// <summary>Wipes the buffers and gives them back; copies made by <c>with</c> lose them too.</summary>
    public void Dispose()
    {
        _rentedHtml?.Dispose();
        _rentedText?.Dispose();
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
