using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sealpost.App.Demo;
using Sealpost.Tests.ForPatients;

namespace Sealpost.Tests.App;

/// <summary>From the records that an operator is told to publish, over a message that was really sent, to what comes back by LMTP.</summary>
public sealed class ReturnedMailTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_comes_back_to_the_host_that_DNS_names_is_taken_or_refused_in_the_open()
    {
        await using var clinic = await ServedClinic.CreateAsync(new MailboxOptions(), null, Token);
        var port = Ports.Take();
        await clinic.Sealpost.DoAsync(["org", "set", "returns-lmtp", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")], Token);
        var patients = clinic.WriteFile("patients.ndjson", PatientClinic.Patient(0));
        await clinic.ServeAsync("1", Token);
        await clinic.AskAsync(["import", "fhir", patients], Token);
        await clinic.AskAsync(["address", "attest", "fhir"], Token);
        clinic.WriteFile("body.md", "Dear {{ patient.given_name }}, please call us.");
        await clinic.ApproveAsync("first", """
            name: first
            purpose: TREATMENT
            remuneration: none
            from: Green Valley Clinic <care@mail.greenvalley.test>
            subject: A message from your clinic
            audience: age >= 0
            html: body.md
            """, Token);
        await clinic.AskAsync(["campaign", "send", "first", "--detach"], Token, token: clinic.Marketer);
        await clinic.ReportAsync("first", report => report.GetProperty("state").GetString() == "finished", Token);

        var sent = Assert.Single(clinic.Mailbox.Store.Messages);
        var published = JsonDocument.Parse(await clinic.AskAsync(["org", "dns", "--json"], Token)).RootElement.EnumerateArray().ToList();
        var mx = Assert.Single(published, record => record.GetProperty("type").GetString() == "MX").GetProperty("name").GetString()!;
        Assert.Equal(mx, sent.MailFrom.Split('@')[1]);
        Assert.Contains(published, record => record.GetProperty("type").GetString() == "TXT" && record.GetProperty("name").GetString() == mx && record.GetProperty("value").GetString()!.StartsWith("v=spf1", StringComparison.Ordinal));
        Assert.Contains(published, record => record.GetProperty("value").GetString()!.EndsWith($"rua=mailto:dmarc@{mx}", StringComparison.Ordinal));

        var id = Encoding.UTF8.GetString(sent.Bytes.Span).Split("Message-ID: <")[1].Split('>')[0];
        var mailbox = PatientClinic.Mailbox(0);
        Assert.StartsWith("550", await GiveAsync(port, "seller@elsewhere.example", "care@mail.greenvalley.test", "From: seller@elsewhere.example\r\nSubject: An offer\r\n\r\nBuy.\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", await GiveAsync(port, mailbox, "care@mail.greenvalley.test", $"From: {mailbox}\r\nSubject: Re: A message\r\nIn-Reply-To: <{id}>\r\n\r\nMay I come on Monday?\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", await GiveAsync(port, "", sent.MailFrom, Bounce(sent.MailFrom, mailbox)), StringComparison.Ordinal);

        await clinic.ReportAsync("first", report => report.GetProperty("bounced").GetInt32() == 1, Token);
        var requests = JsonDocument.Parse(await clinic.AskAsync(["request", "list", "--json"], Token)).RootElement.GetProperty("requests").EnumerateArray().ToList();
        Assert.Contains("May I come on Monday?", Assert.Single(requests, request => request.GetProperty("kind").GetString() == "reply").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Single(requests, request => request.GetProperty("kind").GetString() == "address-failed");
    }

    private static string Bounce(string to, string mailbox) =>
        $"From: mailer-daemon@mx.example.net\nTo: {to}\nReturn-Path: <>\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nAbout your message.\n\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {mailbox}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n--x--\n".ReplaceLineEndings("\r\n");

    /// <summary>Gives a mail by LMTP; the reply after the dot, or to RCPT where that was refused.</summary>
    private static async Task<string> GiveAsync(int port, string from, string to, string mail)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Token);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        await ReplyAsync(reader);
        var reply = "";
        foreach (var line in new[] { "LHLO mx.clinic.test", $"MAIL FROM:<{from}>", $"RCPT TO:<{to}>", "DATA", mail + "." })
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), Token);
            reply = await ReplyAsync(reader);
            if (reply[0] is '4' or '5')
                break;
        }

        return reply;
    }

    private static async Task<string> ReplyAsync(StreamReader reader)
    {
        while (true)
        {
            if (await reader.ReadLineAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token) is not { } line)
                return "hung up";
            if (line.Length < 4 || line[3] != '-')
                return line;
        }
    }
}
