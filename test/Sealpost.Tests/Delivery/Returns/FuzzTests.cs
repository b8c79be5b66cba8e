using System.Diagnostics;
using System.Text;
using CsCheck;
using Sealpost.Delivery.DomainReports;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>Whatever is sent to the return path is read without an exception, in bounded time and memory.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "From: Mail Delivery System <mailer-daemon@mx.example.net>\n", "Return-Path: <>\n", "Subject: Undelivered\n", "To: b+x@bounce.clinic.test\n", "\n", "\n\n",
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n", "--x\n", "--x--\n", "Content-Type: message/delivery-status\n\n", "Content-Type: message/feedback-report\n\n",
        "Content-Type: text/html\n\n", "Content-Transfer-Encoding: base64\n", "Content-Type: message/rfc822\n\n", "Final-Recipient: rfc822;ann@example.org\n", "Action: failed\n", "Status: 5.1.1\n", "Diagnostic-Code: smtp; 550 5.1.1 no such user\n",
        "Feedback-Type: abuse\n", "Original-Rcpt-To: <ann@example.org>\n", "<ann@example.org>: user unknown\n", "This message was undeliverable", "Message-ID: <m@clinic.test>\n", "{\"Message\":\"{\\\"bounce\\\":{}}\"}", "{\"bounce\":{\"bouncedRecipients\":[{}]}}", Lone, "{\"Message\":\"\\udc00\"}", "{\"complaint\":{},\"mail\":{\"source\":\"\\ud800\"}}", "{\"policies\":[{\"policy\":{\"policy-type\":\"\\ud800\"}}],\"date-range\":", "{\"start-datetime\":\"2026-01-01\",\"end-datetime\":\"2026-01-02\"}}", "\"\\ud800\"", "\u00e9",
        "Content-Type: application/tlsrpt+json\n\n", "Content-Type: text/xml\n\n", "<feedback><record><row>", "</row></record></feedback>", "\0", "\u2028", "\ud83d\ude00", "=?utf-8?B?//", "\\x{110000}", "a@b", "@", "<", ">", ":", ";", "\"", "\r", "From x\n",
    ];

    /// <summary>Half a surrogate pair, which JSON may spell and no text can hold.</summary>
    private const string Lone = "{\"bounce\":{\"bounceType\":\"\\ud800\",\"bouncedRecipients\":[{\"emailAddress\":\"ann@example.org\",\"status\":\"\\udfff\"}]}}";

    [Theory]
    [InlineData(Lone)]
    [InlineData("{\"Message\":\"{\\\"bounce\\\":{\\\"bounceType\\\":\\\"\\\\ud800\\\"}}\"}")]
    [InlineData("{\"Message\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1,\"complaint\":{\"complaintFeedbackType\":\"\\udc00\"}}")]
    public async Task A_notice_with_half_a_character_is_read_and_proves_nothing(string notice) =>
        Assert.NotEqual(ReturnClass.HardBounce, (await ReadReturn.ReadAsync(Encoding.UTF8.GetBytes($"From: sns@provider.example\nSubject: x\n\n{notice}\n"), CancellationToken.None)).Class);

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"caf\u00e9\"")]
    public async Task A_TLS_report_whose_text_is_none_is_no_report(string text)
    {
        var json = $"{{\"organization-name\":{text},\"report-id\":\"1\",\"date-range\":{{\"start-datetime\":\"2026-01-01T00:00:00Z\",\"end-datetime\":\"2026-01-02T00:00:00Z\"}},\"policies\":[]}}";
        Assert.NotNull(ReadDomainReport.Read(Encoding.UTF8.GetBytes(json.Replace(text, "\"receiver\"", StringComparison.Ordinal))));
        Assert.Null(ReadDomainReport.Read(Encoding.Latin1.GetBytes(json)));
        Assert.Null(await ReadDomainReport.RunAsync(Encoding.Latin1.GetBytes("Subject: report\nContent-Type: application/tlsrpt+json\n\n" + json), CancellationToken.None));
    }

    [Fact]
    public async Task Any_report_bytes_are_read() =>
        await Gen.Select(Gen.Bool.Select(json => json ? "{" : "<"), Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 20], Gen.Byte.Array[0, 40])
            .SampleAsync(
                (first, pieces, bytes) =>
                {
                    ReadDomainReport.Read([.. Encoding.Latin1.GetBytes(first + string.Concat(pieces)), .. bytes]);
                    return Task.CompletedTask;
                },
                iter: TestData.Full ? 20_000 : 2_000);

    [Fact]
    public async Task Any_pieces_in_any_order_are_read() =>
        await Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 40].SampleAsync(async pieces => await ReadAsync(Encoding.UTF8.GetBytes(string.Concat(pieces))), iter: TestData.Full ? 20_000 : 2_000);

    [Fact]
    public async Task Any_bytes_are_read() => await Gen.Byte.Array[0, 600].SampleAsync(ReadAsync, iter: TestData.Full ? 20_000 : 2_000);

    [Fact]
    public async Task Damaged_mails_are_read()
    {
        var folders = new[] { TestData.Require("bounces-sisimai", "eml"), TestData.Require("bounces-misc") };
        var mails = folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        await Gen.Select(Gen.Int[0, mails.Count - 1], Gen.Int[0, mails.Count - 1], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Byte.Array[0, 8])
            .SampleAsync(
                async (one, other, cut, flip, bytes) =>
                {
                    byte[] mail = [.. mails[one].AsSpan(0, (int)(cut * mails[one].Length)), .. bytes, .. mails[other].AsSpan((int)(flip * mails[other].Length))];
                    await ReadAsync(mail);
                },
                iter: TestData.Full ? 10_000 : 500);
    }

    [Theory]
    [InlineData("<ann@example.org>: ")]
    [InlineData("Final-Recipient: rfc822;ann@example.org\n")]
    [InlineData("\n--x\nContent-Type: message/rfc822\n\n")]
    [InlineData("&lt;&#64;")]
    [InlineData("<!--")]
    [InlineData("said: 550 user unknown\n ")]
    [InlineData("{\"a\":")]
    public async Task A_large_mail_of_one_piece_takes_bounded_time_and_memory(string piece)
    {
        var mail = Encoding.UTF8.GetBytes("From: mailer-daemon@mx.example.net\nSubject: undeliverable\nContent-Type: multipart/report; boundary=x\n\n--x\nContent-Type: text/html\n\n" + string.Concat(Enumerable.Repeat(piece, 3 * 1024 * 1024 / piece.Length)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var reading = ReadAsync(mail);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // All of it on this thread, which alone is counted: behind an await it might be another.
        Assert.True(reading.IsCompleted);
        await reading;
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Eventually.Patience);
        Assert.InRange(allocated, 0, 1_500_000_000L);
    }

    private static async Task ReadAsync(byte[] mail)
    {
        await ReadReturn.ReadAsync(mail, CancellationToken.None);
        await PersonalMail.ReadAsync(mail, CancellationToken.None);
        await ReadDomainReport.RunAsync(mail, CancellationToken.None);
    }
}
