using System.Text;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;
using Sealpost.Delivery.Returns;
using Sealpost.ForPatients;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.ForPatients;

/// <summary>What patients mail to us is kept for staff, sealed, and nothing else is taken; on every database, for messages that were really sent.</summary>
public abstract class TakeMailedReplyCompliance : SentMessagesCompliance
{
    private const string Words = "canary-words: the drops sting";

    [Theory]
    [InlineData("In-Reply-To: <{id}>")]
    [InlineData("References: <{id}> <other@elsewhere.example>")]
    [InlineData("X-Original-To: {path}")]
    public async Task An_answer_to_a_message_is_kept_for_staff_once_whoever_wrote_it(string header)
    {
        await SentAsync("p0@a.example", "p1@a.example");
        var sent = Mailbox.Store.Messages.Single(message => message.Recipient == "p1@a.example");
        var id = Encoding.UTF8.GetString(sent.Bytes.Span).Split("Message-ID: <")[1].Split('>')[0];
        var mail = Mail(header.Replace("{id}", id, StringComparison.Ordinal).Replace("{path}", sent.MailFrom, StringComparison.Ordinal), "daughter@elsewhere.example");
        Assert.Equal((ReturnDone.Reply, ReturnDone.Repeated), (await TakeAsync(mail), await TakeAsync(mail)));
        var asked = Assert.Single(await RequestsAsync());
        Assert.Equal((PatientRequestKinds.Reply, new PatientNumber(1), Campaign), (asked.Kind, asked.Patient, asked.Campaign));
        Assert.Contains(Words, asked.Text, StringComparison.Ordinal);
        Assert.Contains("daughter@elsewhere.example, which is no address of this patient", asked.Text, StringComparison.Ordinal);
        Assert.Contains("request.made patient", await Clinic.LedgerAsync("request."));
    }

    [Fact]
    public async Task A_patient_s_own_mail_without_any_mark_is_kept_too()
    {
        await SentAsync("p0@a.example");
        Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail("Subject: A question", "P0@A.example")));
        var asked = Assert.Single(await RequestsAsync());
        Assert.Equal((new PatientNumber(0), 0), (asked.Patient, asked.Campaign));
        Assert.Contains("not proven", asked.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_patients_share_is_said_to_be_shared()
    {
        await Clinic.AddPatientAsync(0, "home@a.example");
        await Clinic.AddPatientAsync(1, "home@a.example");
        Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail("Subject: A question", "home@a.example")));
        Assert.Contains("2 patients share: find out who wrote", Assert.Single(await RequestsAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_s_words_and_those_to_a_forged_path_are_refused()
    {
        await SentAsync("p0@a.example");
        Assert.Equal(ReturnDone.Refused, await TakeAsync(Mail("Subject: An offer", "seller@elsewhere.example")));
        Assert.Equal(ReturnDone.Refused, await TakeAsync(Mail("In-Reply-To: <AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@mail.greenvalley.example>", "seller@elsewhere.example")));
        Assert.Empty(await RequestsAsync());
    }

    [Fact]
    public async Task Long_words_are_kept_whole_in_pieces_and_too_many_are_refused_rather_than_cut()
    {
        await SentAsync("p0@a.example");
        var text = string.Concat(Enumerable.Range(0, 900).Select(i => $"word{i} \ud83d\ude00 "));
        Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail("Subject: Long", "p0@a.example", text)));
        var pieces = await RequestsAsync();
        Assert.True(pieces.Count > 1);
        Assert.Contains(text.Trim(), string.Concat(pieces.Select(piece => piece.Text.Split("\n\n(Part ")[0])), StringComparison.Ordinal);
        Assert.Equal(ReturnDone.Refused, await TakeAsync(Mail("Subject: Endless", "p0@a.example", new string('x', 5 * PatientRequests.LongestText))));
        for (var i = pieces.Count; i < PatientRequests.MostOpen; i++)
            Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail($"Subject: {i}", "p0@a.example")));
        Assert.Equal(ReturnDone.Refused, await TakeAsync(Mail("Subject: one more", "p0@a.example")));
        Assert.Equal(PatientRequests.MostOpen, (await RequestsAsync()).Count);
    }

    [Fact]
    public async Task It_goes_to_the_inbox_where_there_is_one()
    {
        await SentAsync("p0@a.example");
        Clinic.Adjust(options => options with { Pickup = new PickupRules { ReplyInbox = "care@nowhere.invalid" } });
        Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail("Subject: A question", "p0@a.example")));
        await using var connection = await Clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT COUNT(*) FROM reply_delivery");
        Assert.Equal(1L, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task An_answer_says_that_a_message_in_doubt_arrived()
    {
        await SentAsync("drop@a.example");
        Assert.Equal(1, (await Clinic.ReportAsync("first")).InDoubt);
        await using var connection = await Clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT token FROM delivery WHERE patient = 0");
        var id = ReturnPaths.Of(Clinic.Context).MessageIdOf(Assert.IsType<byte[]>(await command.ExecuteScalarAsync(Token)));
        Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail($"In-Reply-To: <{id}>", "drop@a.example")));
        Assert.Equal((1, 0), (await Clinic.ReportAsync("first")) switch { var report => (report.Accepted, report.InDoubt) });
        Assert.Contains("delivery.resolved system", await Clinic.LedgerAsync("delivery."));
    }

    [Fact]
    public async Task Nothing_of_it_is_kept_in_clear()
    {
        await SentAsync("p0@a.example");
        await TakeAsync(Mail("Subject: canary-subject", "p0@a.example"));
        await foreach (var text in KeptAsync())
        {
            Assert.DoesNotContain("canary-", text, StringComparison.Ordinal);
            Assert.DoesNotContain("p0@a.example", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private async Task<ReturnDone> TakeAsync(IncomingMail mail)
    {
        var read = await ReadReturn.ReadAsync(mail.Bytes, Token);
        Assert.True(read.IsOther);
        return await new TakeMailedReply(Clinic.Context, Clinic.Send, Clinic.Options).RunAsync(mail, read, (await PersonalMail.ReadAsync(mail.Bytes, Token))!, Token);
    }

    private static IncomingMail Mail(string header, string from, string text = Words) =>
        new(Encoding.UTF8.GetBytes($"From: {from}\nTo: care@mail.greenvalley.example\nReturn-Path: <{from}>\n{header}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n".ReplaceLineEndings("\r\n")), [], ReturnWay.Pipe);
}

public sealed class TakeMailedReplyOnSqliteTests : TakeMailedReplyCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class TakeMailedReplyOnPostgresqlTests(PostgresServer server) : TakeMailedReplyCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
