using System.Text;
using CsCheck;
using MimeKit;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

public sealed class SignMessageTests
{
    private readonly DkimKeys _keys = SampleMessage.Keys;
    private readonly SignMessage _sign;

    public SignMessageTests() => _sign = new SignMessage(_keys);

    [Fact]
    public void MimeKit_reads_back_what_was_rendered()
    {
        var message = Parse();
        Assert.Equal(Lines(SampleMessage.Rendered.Html), Lines(message.HtmlBody!));
        Assert.Equal(Lines(SampleMessage.Rendered.Text), Lines(message.TextBody!));
        Assert.Equal(SampleMessage.Rendered.Subject, message.Subject);
        Assert.Equal("Green Valley Clinic", ((MailboxAddress)message.From[0]).Name);
        Assert.Equal("care@mail.greenvalley.test", ((MailboxAddress)message.From[0]).Address);
        Assert.Equal("zoe@example.com", Assert.Single(message.To.Mailboxes).Address);
        Assert.Equal(SampleMessage.Date, message.Date);
        Assert.Equal("k3v9x2@mail.greenvalley.test", message.MessageId);
    }

    [Fact]
    public void A_bulk_message_offers_one_click_unsubscription()
    {
        // RFC 8058 §3.1
        var message = Parse();
        Assert.Equal("<https://care.greenvalley.test/u/Zm9vYmFyYmF6?l=2>", message.Headers["List-Unsubscribe"]);
        Assert.Equal("List-Unsubscribe=One-Click", message.Headers["List-Unsubscribe-Post"]);
        Assert.Equal("bulk", message.Headers["Precedence"]);
        Assert.Equal("auto-generated", message.Headers["Auto-Submitted"]);
    }

    [Fact]
    public void A_message_that_is_not_bulk_carries_no_list_headers()
    {
        var message = Parse(SampleMessage.Headers(bulk: false, feedbackId: null));
        Assert.DoesNotContain(message.Headers, h => h.Field.StartsWith("List-", StringComparison.Ordinal) || h.Field is "Precedence" or "Feedback-ID");
    }

    [Fact]
    public void The_message_is_seven_bit_with_short_lines()
    {
        using var signed = _sign.Sign(SampleMessage.Rendered, SampleMessage.Headers());
        var text = Encoding.Latin1.GetString(signed.Bytes.Span);
        Assert.All(text, c => Assert.InRange(c, '\t', '~'));
        Assert.All(text.Split("\r\n"), line => Assert.True(line.Length <= 78 && !line.Contains('\n') && !line.Contains('\r')));
        Assert.EndsWith("--\r\n", text);
        Assert.DoesNotContain("\r\n.", text);
    }

    [Theory]
    [InlineData("Subject", "Eye exam\r\nBcc: other@example.com")]
    [InlineData("Subject", "Eye exam\nBcc: other@example.com")]
    [InlineData("From", "Clinic\r\nBcc: other@example.com <care@mail.greenvalley.test>")]
    [InlineData("To", "zoe@example.com\r\nBcc: other@example.com")]
    [InlineData("To", "zoe@example.com>\n")]
    [InlineData("Message-ID", "x@y\rz")]
    [InlineData("Feedback-ID", "a\nb")]
    [InlineData("List-Unsubscribe", "https://care.example.com/>\r\nBcc: other@example.com")]
    [InlineData("List-Unsubscribe", "http://care.example.com/u/1")]
    [InlineData("List-Unsubscribe", "mailto:leave@example.com")]
    public void A_header_value_that_would_start_another_header_is_refused(string header, string value)
    {
        var message = SampleMessage.Rendered;
        message = header switch
        {
            "Subject" => message with { Subject = value },
            "From" => message with { From = value },
            "List-Unsubscribe" => message with { UnsubscribeUrl = value },
            _ => message,
        };
        var headers = SampleMessage.Headers();
        headers = header switch
        {
            "To" => headers with { To = value },
            "Message-ID" => headers with { MessageId = value },
            "Feedback-ID" => headers with { FeedbackId = value },
            _ => headers,
        };
        var error = Assert.Throws<ArgumentException>(() => _sign.Sign(message, headers));
        Assert.DoesNotContain("other@example.com", error.Message);
    }

    [Fact]
    public void Any_subject_comes_back_as_it_was() =>
        Gen.String[Gen.OneOf(Gen.Char['!', '~'], Gen.Const(' '), Gen.Char['\u00a1', '\u04ff'], Gen.Char['\u3040', '\u30ff']), 0, 200].Sample(subject =>
        {
            using var signed = _sign.Sign(SampleMessage.Rendered with { Subject = subject, Html = "x" }, SampleMessage.Headers());
            using var stream = new MemoryStream(signed.Bytes.ToArray());
            var raw = Encoding.Latin1.GetString(signed.Bytes.Span);
            Assert.All(raw[..raw.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n"), line => Assert.InRange(line.Length, 1, 78));
            var parsed = MimeMessage.Load(stream, TestContext.Current.CancellationToken);
            Assert.Equal(subject.Trim(' '), (parsed.Subject ?? "").Trim(' '));
        }, iter: 500);

    [Fact]
    public void A_surrogate_pair_is_never_split_over_two_encoded_words()
    {
        var subject = string.Concat(Enumerable.Repeat("🩺", 60));
        Assert.Equal(subject, Parse(SampleMessage.Rendered with { Subject = subject }).Subject);
    }

    [Theory]
    [InlineData("Zoë's Clinic <care@mail.greenvalley.test>", "Zoë's Clinic")]
    [InlineData("\"Smith, Jones & Co.\" <care@mail.greenvalley.test>", "Smith, Jones & Co.")]
    [InlineData("\"Dr. \\\"Q\\\" Smith\" <care@mail.greenvalley.test>", "Dr. \"Q\" Smith")]
    [InlineData("care@mail.greenvalley.test", "")]
    public void The_sender_name_comes_back_as_it_was(string from, string name)
    {
        var mailbox = (MailboxAddress)Parse(SampleMessage.Rendered with { From = from }).From[0];
        Assert.Equal("care@mail.greenvalley.test", mailbox.Address);
        Assert.Equal(name, mailbox.Name ?? "");
    }

    [Fact]
    public void A_disposed_message_gives_its_bytes_back()
    {
        var signed = _sign.Sign(SampleMessage.Rendered, SampleMessage.Headers());
        var hash = System.Security.Cryptography.SHA256.HashData(signed.Bytes.Span);
        signed.Dispose();
        Assert.True(signed.Bytes.IsEmpty);
        Assert.Equal(hash, signed.ContentHash.ToArray());
        Assert.Equal("[phi]", signed.ToString());
    }

    private MimeMessage Parse(MessageHeaders? headers = null) => Parse(SampleMessage.Rendered, headers);

    private MimeMessage Parse(Sealpost.Content.RenderedMessage rendered, MessageHeaders? headers = null)
    {
        using var signed = _sign.Sign(rendered, headers ?? SampleMessage.Headers());
        using var stream = new MemoryStream(signed.Bytes.ToArray());
        return MimeMessage.Load(stream, TestContext.Current.CancellationToken);
    }

    private static string Lines(string text) => text.ReplaceLineEndings("\n").TrimEnd('\n');
}
