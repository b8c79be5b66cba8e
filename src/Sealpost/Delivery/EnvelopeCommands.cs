using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>Writes MAIL and RCPT with the parameters a server offers. RFC 5321 §4.1.1, 1870, 3461, 6531, 8689.</summary>
internal static class EnvelopeCommands
{
    /// <summary>Whether the mailbox cannot be named in ASCII. RFC 6531 §3.2.</summary>
    public static bool NeedsSmtpUtf8(string mailbox) => !Ascii.IsValid(mailbox);

    /// <summary>Refuses what could end a command or its path early; the text is never repeated, since it is an address.</summary>
    public static void Check(string mailbox, string parameter)
    {
        if (!IsSafe(mailbox))
            throw new ArgumentException("The mailbox holds a control character, a space or an angle bracket, or is too long; normalise it first.", parameter);
    }

    /// <summary>Whether <see cref="Check"/> passes.</summary>
    public static bool IsSafe(string mailbox) =>
        mailbox.Length <= 320 && !mailbox.AsSpan().ContainsAny('<', '>', '\u007f') && !mailbox.AsSpan().ContainsAnyInRange('\0', ' ');

    public static void WriteMail(IBufferWriter<byte> to, Envelope envelope, SmtpFeatures features)
    {
        to.Write("MAIL FROM:<"u8);
        Encoding.UTF8.GetBytes(envelope.MailFrom, to);
        to.Write(">"u8);
        if (features.Size)
        {
            to.Write(" SIZE="u8);
            WriteNumber(to, envelope.SizeBytes);
        }

        if (envelope.NeedsSmtpUtf8)
            to.Write(" SMTPUTF8"u8);
        if (features.RequireTls)
            to.Write(" REQUIRETLS"u8); // RFC 8689 §2
        if (features.Dsn)
        {
            // RFC 3461 §4.3: a report must not carry the body back.
            to.Write(" RET=HDRS"u8);
            WriteEnvelopeId(to, envelope.MailFrom);
        }

        to.Write("\r\n"u8);
    }

    public static void WriteRecipient(IBufferWriter<byte> to, Envelope envelope, SmtpFeatures features)
    {
        to.Write("RCPT TO:<"u8);
        Encoding.UTF8.GetBytes(envelope.RcptTo, to);
        to.Write(features.Dsn ? "> NOTIFY=FAILURE,DELAY\r\n"u8 : ">\r\n"u8);
    }

    // RFC 3461 §4.4: the return path's local part is opaque and unique already; xtext escapes '+', '=' and what is not printable.
    private static void WriteEnvelopeId(IBufferWriter<byte> to, string mailFrom)
    {
        var at = mailFrom.LastIndexOf('@');
        if (at is < 1 or > 64)
            return;
        to.Write(" ENVID="u8);
        foreach (var b in Encoding.UTF8.GetBytes(mailFrom[..at]))
        {
            if (b is > 0x20 and < 0x7f and not (byte)'+' and not (byte)'=')
                to.Write([b]);
            else
                to.Write(Encoding.ASCII.GetBytes($"+{b:X2}"));
        }
    }

    private static void WriteNumber(IBufferWriter<byte> to, long number)
    {
        var span = to.GetSpan(20);
        _ = Utf8Formatter.TryFormat(number, span, out var written);
        to.Advance(written);
    }
}
