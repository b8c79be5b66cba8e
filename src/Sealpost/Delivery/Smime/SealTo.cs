namespace Sealpost.Delivery.Smime;

/// <summary>To whom a message is sealed, and by whom it is signed first.</summary>
/// <param name="Recipient">The patient's certificate.</param>
/// <param name="Signer">The organisation's; null where it has none for this sender, and then the message is sealed alone.</param>
internal sealed record SealTo(VerifiedCertificate Recipient, SmimeSigner? Signer)
{
    private const int LineBytes = 57; // 76 characters, RFC 2045 §6.8

    /// <summary>Content of the outer message, after its header section.</summary>
    public void Write(PooledBytes to, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        if (Signer is null)
        {
            WriteBase64(to, SealCms.Seal(payload, Recipient));
            return;
        }

        // RFC 8551 §3.7: signed first, then sealed, so that nobody outside sees who signed.
        using var signed = new PooledBytes(payload.Length * 2);
        signed.Append("Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n"u8);
        WriteBase64(signed, Signer.Sign(payload.ToArray(), now));
        WriteBase64(to, SealCms.Seal(signed.Span, Recipient));
    }

    private static void WriteBase64(PooledBytes to, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var line = bytes[..Math.Min(LineBytes, bytes.Length)];
            var room = to.Reserve(80);
            _ = System.Buffers.Text.Base64.EncodeToUtf8(line, room, out _, out var written);
            to.Advance(written);
            to.Append("\r\n"u8);
            bytes = bytes[line.Length..];
        }
    }
}
