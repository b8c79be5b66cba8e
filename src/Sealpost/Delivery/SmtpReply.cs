namespace Sealpost.Delivery;

/// <summary>A server's reply. RFC 5321 §4.2, RFC 3463.</summary>
/// <param name="Code">Three digits.</param>
/// <param name="EnhancedStatusCode"><c>5.1.1</c>, or null.</param>
/// <param name="Text">Reply text, lines joined by a line feed; may echo an address, so it is PHI: seal it, never log it.</param>
public sealed record SmtpReply(int Code, string? EnhancedStatusCode, string Text)
{
    /// <summary>Made by us without asking the server. From <see cref="SmtpSession.EnvelopeAsync"/>: the hop cannot carry the message (SMTPUTF8, SIZE), withhold as <c>NotRepresentable</c>; from <see cref="ConnectDestination"/>: DNS says that the domain takes no mail.</summary>
    public bool IsOurs { get; init; }

    /// <summary>A refusal of MAIL: it is about us, whatever it says of names that do not exist.</summary>
    public bool RefusesMail { get; init; }

    /// <summary>2yz or 3yz.</summary>
    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>4yz: keep and retry.</summary>
    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>5yz: final.</summary>
    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>The server closes the connection after this reply. RFC 5321 §3.8.</summary>
    public bool ClosesConnection => Code == 421;

    /// <summary>Code and enhanced code only.</summary>
    public override string ToString() => EnhancedStatusCode is null ? $"{Code}" : $"{Code} {EnhancedStatusCode}";

    /// <summary>The enhanced code that opens a reply text, or null. Its class must be the code's (RFC 2034 §4).</summary>
    internal static string? ReadEnhanced(int code, ReadOnlySpan<char> text)
    {
        var length = text.IndexOf(' ');
        var word = length < 0 ? text : text[..length];
        if (word.Length is < 5 or > 9 || word[0] - '0' != code / 100 || word[1] != '.')
            return null;
        var rest = word[2..];
        var dot = rest.IndexOf('.');
        return dot > 0 && IsNumber(rest[..dot]) && IsNumber(rest[(dot + 1)..]) ? word.ToString() : null;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is >= 1 and <= 3 && !text.ContainsAnyExceptInRange('0', '9');
}
