using System.Security.Cryptography;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Cryptography;
using Sealpost.Content;

namespace Sealpost.Benchmarks.Sending;

/// <summary>
/// The base: MimeKit composes, its default DKIM signer signs (RSA-2048 alone, in managed code), MailKit sends over STARTTLS on the socket it opens
/// itself. What one writes first, and what most do.
/// </summary>
internal sealed class ObviousPipeline : IDisposable
{
    private static readonly HeaderId[] Signed =
        [HeaderId.From, HeaderId.To, HeaderId.Subject, HeaderId.Date, HeaderId.MessageId, HeaderId.MimeVersion, HeaderId.ContentType, HeaderId.ListUnsubscribe, HeaderId.ListUnsubscribePost];

    private readonly SmtpClient _client = new();
    private readonly DkimSigner _signer;

    public ObviousPipeline(RSA key)
    {
        using var pem = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(key.ExportRSAPrivateKeyPem()));
        _signer = new DkimSigner(pem, "mail.greenvalley.test", "obvious")
        {
            SignatureAlgorithm = DkimSignatureAlgorithm.RsaSha256,
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
        };
    }

    public async Task ConnectAsync(SmtpSink sink, CancellationToken cancellationToken)
    {
        // The sink's root is made at start; the chain is checked against it as ours is.
        _client.ServerCertificateValidationCallback = (_, certificate, chain, _) => certificate is not null && chain is not null
            && chain.ChainElements.Count > 0 && certificate.Issuer == sink.Root.Subject;
        await _client.ConnectAsync("127.0.0.1", sink.Port, SecureSocketOptions.StartTls, cancellationToken);
    }

    public async Task SendAsync(RenderedMessage rendered, int number, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(rendered.From));
        message.To.Add(MailboxAddress.Parse($"patient{number}@example.com"));
        message.Subject = rendered.Subject;
        message.Headers.Add(HeaderId.ListUnsubscribe, $"<{rendered.UnsubscribeUrl}>");
        message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        message.Body = new BodyBuilder { HtmlBody = rendered.Html, TextBody = rendered.Text }.ToMessageBody();
        message.Prepare(EncodingConstraint.SevenBit);
        _signer.Sign(message, Signed);
        await _client.SendAsync(message, MailboxAddress.Parse("b@bounce.greenvalley.test"), [MailboxAddress.Parse($"patient{number}@example.com")], cancellationToken);
    }

    public void Dispose() => _client.Dispose();
}
