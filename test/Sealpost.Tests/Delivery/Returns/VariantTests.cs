using System.Text;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>How today's mail systems word what comes back, written for these tests: class and reason by meaning, whatever the brand.</summary>
public sealed class VariantTests
{
    [Theory]
    [InlineData("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")]
    [InlineData("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the address for typos")]
    [InlineData("5.0.0", "554 delivery error: dd This user doesn't have a mail.example account (ann@mail.example) [0]")]
    [InlineData("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable")]
    [InlineData("5.1.1", "550 5.1.1 <ann@mail.example>: Recipient address rejected: User unknown in relay recipient table")]
    [InlineData("5.1.1", "550 5.1.1 <ann@mail.example>: user does not exist")]
    [InlineData("5.1.6", "550 5.1.6 recipient no longer on server")]
    [InlineData("5.1.1", "551 not our customer")]
    [InlineData("5.1.0", "Domain mail.example does not accept mail (nullMX)")]
    [InlineData("5.4.4", "Host or domain name not found. Name service error for name=mail.example type=A: Host not found")]
    public async Task A_mailbox_or_domain_that_is_not_there_is_hard(string status, string said) => Assert.Equal(ReturnClass.HardBounce, (await ReportAsync(status, said)).Class);

    [Theory]
    [InlineData("4.2.2", "452-4.2.2 The recipient's inbox is out of storage space", ReturnReason.Full)]
    [InlineData("5.2.2", "552 5.2.2 <ann@mail.example>: user is over quota", ReturnReason.Full)]
    [InlineData("5.7.1", "550-5.7.1 Our system has detected that this message is likely unsolicited mail", ReturnReason.Policy)]
    [InlineData("5.7.1", "550 5.7.1 messages from [192.0.2.1] weren't sent. Please contact your provider since part of their network is on our block list", ReturnReason.Policy)]
    [InlineData("5.7.26", "550-5.7.26 This mail has been blocked because the sender is unauthenticated", ReturnReason.Authentication)]
    [InlineData("5.7.515", "550 5.7.515 Access denied, sending domain does not meet the required authentication level", ReturnReason.Authentication)]
    [InlineData("5.2.1", "550-5.2.1 The email account that you tried to reach is disabled", ReturnReason.Disabled)]
    [InlineData("5.3.4", "552 5.3.4 Message size exceeds fixed limit", ReturnReason.Size)]
    [InlineData("4.4.1", "connect to mx.mail.example[192.0.2.9]:25: Connection timed out", ReturnReason.Routing)]
    [InlineData("5.4.6", "554 5.4.6 Too many hops", ReturnReason.Routing)]
    [InlineData("5.7.1", "554 5.7.1 <ann@mail.example>: Relay access denied", ReturnReason.Routing)]
    [InlineData("5.6.7", "Address requires SMTPUTF8 but host does not support it", ReturnReason.SmtpUtf8)]
    [InlineData("5.0.0", "554 Service unavailable; Client host blocked using a reputation list", ReturnReason.Policy)]
    public async Task Anything_else_that_failed_is_soft(string status, string said, ReturnReason reason)
    {
        var read = await ReportAsync(status, said);
        Assert.Equal((ReturnClass.SoftBounce, reason), (read.Class, read.Reason));
    }

    [Theory]
    [InlineData("Unzustellbar: Termin", "Ihre Nachricht konnte nicht zugestellt werden an:\n\n  <ann@mail.example>: Benutzer unbekannt\n")]
    [InlineData("Message non remis", "Votre message n'a pas pu être remis au destinataire suivant :\n\n  ann@mail.example\n\nRaison : destinataire inconnu (550 5.1.1)\n")]
    [InlineData("Correo no entregado", "No se pudo entregar su mensaje al siguiente destinatario:\n\n<ann@mail.example>: 550 5.1.1 El usuario no existe\n")]
    [InlineData("Mensagem não entregue", "A mensagem não pôde ser entregue:\n\n<ann@mail.example>: 550 5.1.1 usuário desconhecido\n")]
    [InlineData("Mancato recapito", "Il messaggio non è stato consegnato a:\n\n<ann@mail.example>: 550 5.1.1 utente sconosciuto\n")]
    [InlineData("Undeliverable: Your visit", "Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) cannot be reached:\n\n      ann@mail.example on 02.11.2026 10:00\n            The e-mail account does not exist at the organization this message was sent to.\n            <mx.mail.example #5.1.1>\n")]
    [InlineData("DELIVERY FAILURE: User ann (ann@mail.example) not listed in Directory", "Your message\n\nwas not delivered to:\n\n  ann@mail.example\n\nbecause:\n\n  User ann (ann@mail.example) not listed in Directory\n")]
    public async Task Plain_words_of_many_systems_name_the_address(string subject, string text)
    {
        var read = await ReadAsync($"From: Mail Delivery System <mailer-daemon@mx.example.net>\nTo: b+token@bounce.clinic.test\nReturn-Path: <>\nSubject: {subject}\n\n{text}");
        Assert.Equal((ReturnClass.HardBounce, "ann@mail.example"), (read.Class, Assert.Single(read.Recipients).Address));
    }

    [Fact]
    public async Task A_full_mailbox_in_German_names_the_address() =>
        Assert.Equal("ann@mail.example", Assert.Single((await ReadAsync("From: mailer-daemon@mx.example.net\nTo: b+token@bounce.clinic.test\nReturn-Path: <>\nSubject: Unzustellbare Nachricht\n\nIhre Nachricht an ann@mail.example konnte nicht zugestellt werden.\n\nGrund: Das Postfach des Empfängers ist voll.\n")).Recipients).Address);

    [Fact]
    public async Task A_person_who_forwards_a_bounce_is_no_mail_system()
    {
        var read = await ReadAsync("From: Ann <ann@mail.example>\nTo: b+token@bounce.clinic.test\nReturn-Path: <>\nSubject: Fwd: Undelivered Mail Returned to Sender\n\nWhat does this mean?\n\n> <bob@mail.example>: 550 5.1.1 user unknown\n");
        Assert.Equal((ReturnClass.NotABounce, 0), (read.Class, read.Recipients.Count));
    }

    private static Task<ReturnedMail> ReportAsync(string status, string said) => ReadAsync(
        "From: MAILER-DAEMON@mx.example.net\nTo: b+token@bounce.clinic.test\nReturn-Path: <>\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nThis is the mail system.\n\n"
        + $"--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ann@mail.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n\n--x--\n");

    private static Task<ReturnedMail> ReadAsync(string mail) => ReadReturn.ReadAsync(Encoding.UTF8.GetBytes(mail), TestContext.Current.CancellationToken);
}
