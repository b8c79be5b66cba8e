using System.Text;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Returns;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>What follows from mail that comes back, on every database, for messages that were really sent.</summary>
public abstract class TakeReturnCompliance : SentMessagesCompliance
{
    private const string Canary = "quoted-canary-words";

    [Fact]
    public async Task A_hard_bounce_stops_the_address_asks_staff_and_counts_once()
    {
        await SentAsync("p0@a.example", "p1@a.example");
        var bounce = await DsnAsync(0, "p0@a.example", "failed", "5.1.1", "550 5.1.1 no such user");

        Assert.Equal((ReturnDone.AddressStopped, ReturnDone.Repeated), (await TakeAsync(bounce), await TakeAsync(bounce)));

        Assert.Equal((SuppressionScope.All, SuppressionSource.Bounce), Assert.Single((await StateAsync(0)).Suppressions) switch { var one => (one.Scope, one.Source) });
        Assert.Empty((await StateAsync(1)).Suppressions);
        var asked = Assert.Single(await RequestsAsync());
        Assert.Equal((PatientRequestKinds.AddressFailed, new PatientNumber(0), Campaign), (asked.Kind, asked.Patient, asked.Campaign));
        Assert.Contains("p0@a.example", asked.Text, StringComparison.Ordinal);
        var report = await Clinic.ReportAsync("first");
        Assert.Equal((2, 1, 0), (report.Accepted, report.Bounced, report.Complained));
        Assert.True(report.AddsUp);
        Assert.Contains("delivery.returned system", await Clinic.LedgerAsync("delivery."));
        Assert.Contains(Journal(), line => line is { State: JournalLine.OptOut, Mailbox: "p0@a.example", Source: (int)SuppressionSource.Bounce });
    }

    [Fact]
    public async Task The_nextCampaign_leaves_a_stopped_address_alone()
    {
        await SentAsync("p0@a.example", "p1@a.example");
        await TakeAsync(await DsnAsync(0, "p0@a.example", "failed", "5.1.1", "550 5.1.1 no such user"));
        var report = await Clinic.SendAndWaitAsync(TestClinic.Content("second"));
        Assert.Equal((1, 1), (report.Accepted, report.Withheld.ByReason["Suppressed"]));
    }

    [Fact]
    public async Task Backscatter_and_strangers_do_nothing_but_count()
    {
        await SentAsync("p0@a.example");
        var genuine = await ReturnAddressAsync(0);
        var forged = genuine[..5] + (genuine[5] == 'a' ? 'b' : 'a') + genuine[6..];
        Assert.Equal(ReturnDone.Backscatter, await TakeAsync(Dsn(forged, "p0@a.example", "failed", "5.1.1", "550 no such user")));
        Assert.Equal(ReturnDone.Unrelated, await TakeAsync(Dsn("someone@elsewhere.example", "p0@a.example", "failed", "5.1.1", "550 no such user")));
        Assert.Equal(ReturnDone.NoDelivery, await TakeAsync(Dsn(ReturnPaths.Of(Clinic.Context).Create(Clinic.Context.Time.GetUtcNow()).Address, "p0@a.example", "failed", "5.1.1", "550 no such user")));
        Assert.Empty((await StateAsync(0)).Suppressions);
        Assert.Equal((1, 0), (await Clinic.ReportAsync("first")) switch { var report => (report.Accepted, report.Bounced) });
        Assert.Equal([(ReturnDone.Unrelated, 1), (ReturnDone.Backscatter, 1), (ReturnDone.NoDelivery, 1)], await TallyAsync());
    }

    [Theory]
    [InlineData("5.7.1", "550 5.7.1 message refused by our policy")]
    [InlineData("5.7.26", "550 5.7.26 this mail is not authenticated")]
    [InlineData("5.3.4", "552 5.3.4 message too big")]
    public async Task What_the_receiver_thinks_of_us_never_blames_the_address(string status, string said)
    {
        await SentAsync("p0@a.example");
        Assert.Equal(ReturnDone.ForOperator, await TakeAsync(await DsnAsync(0, "p0@a.example", "failed", status, said)));
        Assert.Empty((await StateAsync(0)).Suppressions);
        Assert.Empty(await RequestsAsync());
        Assert.Equal(1, (await Clinic.ReportAsync("first")).Bounced);
    }

    [Fact]
    public async Task A_forward_s_bad_target_does_not_stop_the_address_that_forwards()
    {
        await SentAsync("p0@a.example");
        Assert.Equal(ReturnDone.Counted, await TakeAsync(await DsnAsync(0, "old.home@elsewhere.example", "failed", "5.1.1", "550 5.1.1 no such user")));
        Assert.Empty((await StateAsync(0)).Suppressions);
    }

    [Fact]
    public async Task A_fullMailbox_is_given_up_only_after_severalCampaigns_over_days()
    {
        await SentAsync("p0@a.example");
        Assert.Equal(ReturnDone.Counted, await TakeAsync(await DsnAsync(0, "p0@a.example", "failed", "5.2.2", "552 5.2.2 mailbox full")));
        await FailedBeforeAsync("p0@a.example", 101, TimeSpan.FromDays(9));
        await FailedBeforeAsync("p0@a.example", 102, TimeSpan.FromDays(3));
        await Clinic.SendAndWaitAsync(TestClinic.Content("second"));
        Campaign = (await Clinic.ReportAsync("second")).Campaign;
        Assert.Equal(ReturnDone.AddressStopped, await TakeAsync(await DsnAsync(0, "p0@a.example", "failed", "5.2.2", "552 5.2.2 mailbox full")));
        Assert.Single((await StateAsync(0)).Suppressions);
    }

    [Fact]
    public async Task A_complaint_that_hides_every_address_stops_marketing_and_asks_about_care()
    {
        await SentAsync("p0@a.example");
        var complaint = Arf("abuse", $"Message-ID: <{ReturnPaths.Of(Clinic.Context).MessageIdOf(await ReturnTokenAsync(0))}>");
        Assert.Equal(ReturnDone.Complaint, await TakeAsync(complaint));
        Assert.Contains((await StateAsync(0)).Suppressions, one => one is { Scope: SuppressionScope.Marketing, Source: SuppressionSource.Complaint });
        Assert.Equal(PatientRequestKinds.Complaint, Assert.Single(await RequestsAsync()).Kind);
        Assert.Equal((1, 0), (await Clinic.ReportAsync("first")) switch { var report => (report.Complained, report.Bounced) });
        Assert.Contains(Journal(), line => line is { State: JournalLine.OptOut, Patient: 0, Source: (int)SuppressionSource.Complaint });
    }

    [Fact]
    public async Task The_Message_ID_that_the_patient_sees_leads_back_and_makes_no_return_path()
    {
        await SentAsync("p0@a.example");
        var message = Encoding.UTF8.GetString(Mailbox.Store.Messages[0].Bytes.Span);
        var id = message.Split("Message-ID: <")[1].Split('>')[0];
        Assert.Equal(ReturnDone.OptedOut, await TakeAsync(Mail($"From: someone@a.example\nTo: care@mail.greenvalley.example\nReturn-Path: <p0@a.example>\nIn-Reply-To: <{id}>\nSubject: unsubscribe\n\n")));
        Assert.Contains((await StateAsync(0)).Suppressions, one => one is { Scope: SuppressionScope.Marketing, Source: SuppressionSource.Unsubscribe });
        Assert.Null(ReturnPaths.Of(Clinic.Context).Read("b+" + id));
    }

    [Fact]
    public async Task An_authentication_report_and_an_answer_are_no_complaint()
    {
        await SentAsync("p0@a.example");
        var address = await ReturnAddressAsync(0);
        Assert.Equal(ReturnDone.ForOperator, await TakeAsync(Arf("auth-failure", $"Return-Path: <{address}>")));
        Assert.Equal(ReturnDone.AutoReply, await TakeAsync(Mail($"From: p0@a.example\nTo: {address}\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Away\n\nBack on Monday.\n")));
        Assert.Equal(ReturnDone.Other, await TakeAsync(Mail($"From: p0@a.example\nTo: {address}\nReturn-Path: <p0@a.example>\nSubject: Thank you\n\nSee you then.\n")));
        Assert.Empty((await StateAsync(0)).Suppressions);
        Assert.Empty(await RequestsAsync());
    }

    [Theory]
    [InlineData("failed", "5.1.1", 1)]
    [InlineData("delivered", "2.0.0", 0)]
    [InlineData("relayed", "2.0.0", 0)]
    [InlineData("delayed", "4.4.1", 0)]
    public async Task A_later_report_resolves_a_delivery_in_doubt(string action, string status, long bounced)
    {
        await SentAsync("drop@a.example");
        Assert.Equal((0, 1), (await Clinic.ReportAsync("first")) switch { var before => (before.Accepted, before.InDoubt) });
        await TakeAsync(await DsnAsync(0, "drop@a.example", action, status, "smtp; said so"));
        var report = await Clinic.ReportAsync("first");
        Assert.Equal((1, 0, bounced), (report.Accepted, report.InDoubt, report.Bounced));
        Assert.True(report.AddsUp);
        Assert.Contains("delivery.resolved system", await Clinic.LedgerAsync("delivery."));
        Assert.Contains(Journal(), line => line.Campaign == Campaign && line.State == (int)Outcome.Accepted);
    }

    [Fact]
    public async Task Nothing_of_a_returned_mail_is_kept_in_clear()
    {
        await SentAsync("p0@a.example");
        await TakeAsync(await DsnAsync(0, "p0@a.example", "failed", "5.1.1", "550 5.1.1 no such user"));
        await foreach (var text in KeptAsync())
        {
            Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
            Assert.DoesNotContain("p0@a.example", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private async Task<ReturnDone> TakeAsync(IncomingMail mail) =>
        await new TakeReturn(Clinic.Context, Clinic.Send).RunAsync(mail, await ReadReturn.ReadAsync(mail.Bytes, Token), Token);

    private async Task<IncomingMail> DsnAsync(int patient, string recipient, string action, string status, string said) => Dsn(await ReturnAddressAsync(patient), recipient, action, status, said);

    private async Task<string> ReturnAddressAsync(int patient) => ReturnPaths.Of(Clinic.Context).Of(await ReturnTokenAsync(patient));

    private async Task<byte[]> ReturnTokenAsync(int patient)
    {
        await using var connection = await Clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT token FROM delivery WHERE campaign = @campaign AND patient = @patient", ("@campaign", Campaign), ("@patient", patient));
        return Assert.IsType<byte[]>(await command.ExecuteScalarAsync(Token));
    }

    private async Task<ConsentState> StateAsync(int patient)
    {
        var chart = (await Clinic.Context.Patients.OpenAsync(new PatientNumber(patient), Token))!;
        return (await Clinic.Context.Consent.LoadAsync([chart], Token))[chart.Number];
    }

    private IEnumerable<JournalLine> Journal() => JournalReader.Read(Clinic.Context.Keys, Clinic.Options.JournalFolder, 0).SelectMany(frame => frame.Lines);

    private Task FailedBeforeAsync(string mailbox, long campaign, TimeSpan ago) => Clinic.Context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction,
            "INSERT INTO address_failure (org, mailbox, campaign, reason, at) VALUES (1, @mailbox, @campaign, @reason, @at)",
            [("@mailbox", ConsentTables.BlindOf(Clinic.Context.Keys, "email", mailbox)), ("@campaign", campaign), ("@reason", (int)ReturnReason.Full), ("@at", Sql.Stored(Clinic.Time.GetUtcNow() - ago))],
            token),
        Token);

    private async Task<IReadOnlyList<(ReturnDone, long)>> TallyAsync()
    {
        await using var connection = await Clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT done, SUM(count) FROM returned_tally GROUP BY done ORDER BY done");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var tally = new List<(ReturnDone, long)>();
        while (await reader.ReadAsync(Token))
            tally.Add(((ReturnDone)reader.GetInt64(0), Convert.ToInt64(reader.GetValue(1), System.Globalization.CultureInfo.InvariantCulture)));
        return tally;
    }

    private static IncomingMail Dsn(string to, string recipient, string action, string status, string said) => Mail(
        $"From: Mail Delivery System <mailer-daemon@mx.a.example>\nTo: {to}\nReturn-Path: <>\nSubject: Delivery report\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        + "--x\nContent-Type: text/plain\n\nAbout your message.\n\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.a.example\n\n"
        + $"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n\n--x\nContent-Type: message/rfc822\n\nSubject: x\n\n{Canary}\n--x--\n");

    private static IncomingMail Arf(string type, string header) => Mail(
        "From: fbl@a.example\nTo: fbl@mail.greenvalley.example\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\nContent-Type: text/plain\n\nA report.\n"
        + $"--x\nContent-Type: message/feedback-report\n\nFeedback-Type: {type}\nVersion: 1\nUser-Agent: t/1\n\n--x\nContent-Type: message/rfc822\n\n{header}\nSubject: x\n\nx\n--x--\n");

    private static IncomingMail Mail(string text) => new(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), [], ReturnWay.Pipe);
}
