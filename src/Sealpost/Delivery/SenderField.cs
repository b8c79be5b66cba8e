using System.Text;
using MimeKit;

namespace Sealpost.Delivery;

/// <summary>The From field of a campaign, parsed and written once.</summary>
/// <param name="Source">As the campaign states it.</param>
/// <param name="Field">As the message carries it, with CRLF.</param>
internal sealed record SenderField(string Source, byte[] Field)
{
    public static SenderField Parse(string source)
    {
        HeaderText.Check(source, "From");
        if (!MailboxAddress.TryParse(source, out var mailbox))
            throw new ArgumentException("The From is no mailbox; write it as Name <local@domain>.", nameof(source));
        using var bytes = new PooledBytes(256);
        bytes.Append("From: "u8);
        var column = 6;
        if (!string.IsNullOrEmpty(mailbox.Name))
        {
            // RFC 5322 §3.2.3: specials need a quoted string.
            var plain = mailbox.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '\'' or '&' or '_');
            column = plain || !Ascii.IsValid(mailbox.Name)
                ? HeaderText.WriteText(bytes, mailbox.Name, column)
                : Quote(bytes, mailbox.Name, column);
            bytes.Append(column + mailbox.Address.Length + 3 > 76 ? "\r\n "u8 : " "u8);
        }

        bytes.Append("<"u8);
        bytes.Append(mailbox.Address);
        bytes.Append(">\r\n"u8);
        return new SenderField(source, bytes.Span.ToArray());
    }

    /// <summary>The mailbox of a From, without its name; empty where it is none.</summary>
    public static string MailboxOf(string source) => MailboxAddress.TryParse(source, out var mailbox) ? mailbox.Address : "";

    private static int Quote(PooledBytes to, string name, int column)
    {
        var quoted = "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
        to.Append(quoted);
        return column + quoted.Length;
    }
}
