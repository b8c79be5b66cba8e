using System.Text;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>Shapes that no shared set holds: each written for the rule it tests.</summary>
public sealed class ReturnShapeTests
{
    private const string Daemon = "From: Mail Delivery System <mailer-daemon@mx.example.net>\nTo: b+token@bounce.clinic.test\nReturn-Path: <>\nSubject: Undelivered\n";

    [Fact]
    public async Task The_address_that_was_written_to_is_preferred_to_the_one_it_was_forwarded_to()
    {
        var read = await Read(Report("Original-Recipient: rfc822;ann@example.org\nFinal-Recipient: rfc822;ann.home@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user"));
        Assert.Equal("ann@example.org", Assert.Single(read.Recipients).Address);
        Assert.Equal((ReturnClass.HardBounce, ReturnReason.BadMailbox, true), (read.Class, read.Reason, read.Final));
    }

    [Fact]
    public async Task An_internationalised_recipient_is_read_from_its_escapes()
    {
        var read = await Read(Report("Final-Recipient: utf-8; j\\x{F6}rg@example.org\nAction: failed\nStatus: 5.6.7"));
        Assert.Equal("jörg@example.org", Assert.Single(read.Recipients).Address);
        Assert.Equal(ReturnReason.SmtpUtf8, read.Reason);
    }

    [Theory]
    [InlineData("5.7.1", "550 5.7.1 Message rejected due to content restrictions", ReturnReason.Policy)]
    [InlineData("5.7.26", "550 5.7.26 Unauthenticated email from example.org is not accepted", ReturnReason.Authentication)]
    [InlineData("5.7.30", "550 5.7.30 REQUIRETLS needed", ReturnReason.RequireTls)]
    [InlineData("5.2.2", "552 5.2.2 mailbox full", ReturnReason.Full)]
    [InlineData("5.3.4", "552 5.3.4 message too big", ReturnReason.Size)]
    [InlineData("5.2.1", "550 5.2.1 mailbox disabled", ReturnReason.Disabled)]
    [InlineData("5.4.6", "554 5.4.6 routing loop detected", ReturnReason.Routing)]
    public async Task A_failure_that_is_not_the_address_s_fault_is_soft(string status, string said, ReturnReason reason)
    {
        var read = await Read(Report($"Final-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {said}"));
        Assert.Equal((ReturnClass.SoftBounce, reason), (read.Class, read.Reason));
    }

    [Fact]
    public async Task A_mailbox_refused_only_after_DATA_is_not_proven_bad()
    {
        var after = await Read(Daemon + "\nI could not deliver your message.\n\n<ann@example.org>: host mx.example.org[192.0.2.1] said: 550 user unknown (in reply to end of DATA command)\n");
        var at = await Read(Daemon + "\nI could not deliver your message.\n\n<ann@example.org>: host mx.example.org[192.0.2.1] said: 550 user unknown (in reply to RCPT TO command)\n");
        Assert.Equal((ReturnClass.SoftBounce, ReturnReason.BadMailbox), (after.Class, after.Reason));
        Assert.Equal(ReturnClass.HardBounce, at.Class);
    }

    [Fact]
    public async Task A_delay_is_not_a_failure()
    {
        var read = await Read(Report("Final-Recipient: rfc822;ann@example.org\nAction: delayed\nStatus: 4.4.1\nWill-Retry-Until: Thu, 1 Jan 2026 00:00:00 +0000"));
        Assert.Equal((ReturnClass.DelayNotice, false), (read.Class, read.Final));
    }

    [Fact]
    public async Task A_report_of_success_is_not_a_bounce()
    {
        var read = await Read(Report("Final-Recipient: rfc822;ann@example.org\nAction: delivered\nStatus: 2.0.0"));
        Assert.Equal(ReturnClass.NotABounce, read.Class);
        Assert.Empty(read.Recipients);
    }

    [Theory]
    [InlineData("Re: Undelivered Mail Returned to Sender", "I got this back, what shall I do?\n\n> <ann@example.org>: 550 5.1.1 user unknown\n")]
    [InlineData("My appointment", "I could not send the form to desk@clinic.test, it said user unknown. Ann")]
    [InlineData("Question", "The following addresses are mine:\n\nann@example.org\nann@example.net\n")]
    [InlineData("Returned to work", "I have returned to work. Mail to bob@example.org was not delivered last week.")]
    public async Task A_person_s_own_words_are_left_alone(string subject, string text)
    {
        var read = await Read($"From: Ann Example <ann@example.org>\nTo: b+token@bounce.clinic.test\nReturn-Path: <ann@example.org>\nSubject: {subject}\n\n{text}");
        Assert.Equal(ReturnClass.NotABounce, read.Class);
        Assert.Empty(read.Recipients);
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied", "Away", "I am away until Monday. Mail to ann@example.org is not read. User unknown to me? Write to bob@example.org.")]
    [InlineData("X-Autoreply: yes", "Thank you", "We have received your message.")]
    [InlineData("X-Note: none", "Automatic reply: Your yearly exam", "I no longer work here; this mailbox is not monitored.")]
    [InlineData("X-Note: none", "Abwesenheitsnotiz: Termin", "Ich bin bis Montag nicht im Haus.")]
    [InlineData("Precedence: auto_reply", "Re: Hello", "Out.")]
    [InlineData("X-Note: none", "Please confirm your message", "Click to prove that you are a person.")]
    public async Task An_automatic_answer_is_neither_a_bounce_nor_a_person(string header, string subject, string text)
    {
        var read = await Read($"From: Ann Example <ann@example.org>\nTo: b+token@bounce.clinic.test\nReturn-Path: <>\n{header}\nSubject: {subject}\n\n{text}");
        Assert.Equal(ReturnClass.AutoReply, read.Class);
        Assert.Empty(read.Recipients);
    }

    [Fact]
    public async Task A_complaint_names_the_return_path_that_it_was_sent_by()
    {
        var read = await Read(
            "From: fbl@example.net\nTo: complaints@clinic.test\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\nContent-Type: text/plain\n\nA complaint.\n--x\nContent-Type: message/feedback-report\n\n"
            + "Feedback-Type: abuse\nVersion: 1\nUser-Agent: t/1\nOriginal-Mail-From: <b+abc@bounce.clinic.test>\n\n--x\nContent-Type: message/rfc822\n\nMessage-ID: <m1@clinic.test>\nSubject: x\n\nx\n--x--\n");
        Assert.Equal((ReturnClass.Complaint, "abuse", "m1@clinic.test"), (read.Class, read.FeedbackType, read.OriginalMessageId));
        Assert.Contains("b+abc@bounce.clinic.test", read.ReturnPaths);
    }

    [Fact]
    public async Task What_was_read_prints_nothing()
    {
        var read = await Read(Report("Final-Recipient: rfc822;ann@example.org\nAction: failed\nStatus: 5.1.1"));
        Assert.DoesNotContain("ann", $"{read} {read.Recipients[0]}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_mail_is_read_in_bounded_time()
    {
        var deep = new StringBuilder(Daemon).Append("MIME-Version: 1.0\n");
        for (var i = 0; i < 2_000; i++)
            deep.Append("Content-Type: multipart/mixed; boundary=b").Append(i).Append("\n\n--b").Append(i).Append('\n');
        var wide = Daemon + "\nundeliverable\n" + string.Concat(Enumerable.Repeat("a@b ", 500_000));
        var odd = Daemon + "\nundeliverable " + new string('a', 2_000_000) + "@" + new string('b', 1_000_000);
        using var limit = new CancellationTokenSource(Eventually.Patience);
        foreach (var mail in new[] { deep.ToString(), wide, odd, "", "\n\n", "\0\0\0" })
            _ = await Read(mail).WaitAsync(limit.Token);
    }

    private static string Report(string fields) =>
        Daemon + "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nYour message.\n\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        + fields + "\n\n--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m1@clinic.test>\n\n--x--\n";

    private static Task<ReturnedMail> Read(string mail) => ReadReturn.ReadAsync(Encoding.UTF8.GetBytes(mail), TestContext.Current.CancellationToken);
}
