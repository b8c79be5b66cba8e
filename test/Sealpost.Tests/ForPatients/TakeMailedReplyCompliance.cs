using System.Text;
using Sealpost.App.Demo;
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
public abstract class TakeMailedReplyCompliance : IAsyncLifetime
{
    private const string Words = "canary-words: the drops sting";

    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;
    private long _campaign;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _clinic = await UrlAsync() is { } url
            ? await TestClinic.SendingOnAsync(url, _mailbox.Describe(), _folder, database => database, Token)
            : await TestClinic.SendingToAsync(_mailbox.Describe(), _folder, options => options, database => database, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("In-Reply-To: <{id}>")]
    [InlineData("References: <{id}> <other@elsewhere.example>")]
    [InlineData("X-Original-To: {path}")]
    public async Task An_answer_to_a_message_is_kept_for_staff_once_whoever_wrote_it(string header)
    {
        await SentAsync("p0@a.example", "p1@a.example");
        var sent = _mailbox.Store.Messages.Single(message => message.Recipient == "p1@a.example");
        var id = Encoding.UTF8.GetString(sent.Bytes.Span).Split("Message-ID: <")[1].Split('>')[0];
        var mail = Mail(header.Replace("{id}", id, StringComparison.Ordinal).Replace("{path}", sent.MailFrom, StringComparison.Ordinal), "daughter@elsewhere.example");
        Assert.Equal((ReturnDone.Reply, ReturnDone.Repeated), (await TakeAsync(mail), await TakeAsync(mail)));
        var asked = Assert.Single(await RequestsAsync());
        Assert.Equal((PatientRequestKinds.Reply, new PatientNumber(1), _campaign), (asked.Kind, asked.Patient, asked.Campaign));
        Assert.Contains(Words, asked.Text, StringComparison.Ordinal);
        Assert.Contains("daughter@elsewhere.example, which is no address of this patient", asked.Text, StringComparison.Ordinal);
        Assert.Contains("request.made patient", await _clinic.LedgerAsync("request."));
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
        await _clinic.AddPatientAsync(0, "home@a.example");
        await _clinic.AddPatientAsync(1, "home@a.example");
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
        _clinic.Adjust(options => options with { Pickup = new PickupRules { ReplyInbox = "care@nowhere.invalid" } });
        Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail("Subject: A question", "p0@a.example")));
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT COUNT(*) FROM reply_delivery");
        Assert.Equal(1L, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task An_answer_says_that_a_message_in_doubt_arrived()
    {
        await SentAsync("drop@a.example");
        Assert.Equal(1, (await _clinic.ReportAsync("first")).InDoubt);
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT token FROM delivery WHERE patient = 0");
        var id = ReturnPaths.Of(_clinic.Context).MessageIdOf(Assert.IsType<byte[]>(await command.ExecuteScalarAsync(Token)));
        Assert.Equal(ReturnDone.Reply, await TakeAsync(Mail($"In-Reply-To: <{id}>", "drop@a.example")));
        Assert.Equal((1, 0), (await _clinic.ReportAsync("first")) switch { var report => (report.Accepted, report.InDoubt) });
        Assert.Contains("delivery.resolved system", await _clinic.LedgerAsync("delivery."));
    }

    [Fact]
    public async Task Nothing_of_it_is_kept_in_clear()
    {
        await SentAsync("p0@a.example");
        await TakeAsync(Mail("Subject: canary-subject", "p0@a.example"));
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, Token);
            var text = Encoding.Latin1.GetString(memory.ToArray());
            Assert.DoesNotContain("canary-", text, StringComparison.Ordinal);
            Assert.DoesNotContain("p0@a.example", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private async Task SentAsync(params string[] mailboxes)
    {
        for (var i = 0; i < mailboxes.Length; i++)
            await _clinic.AddPatientAsync(i, mailboxes[i]);
        _campaign = (await _clinic.SendAndWaitAsync(TestClinic.Content("first"))).Campaign;
    }

    private async Task<ReturnDone> TakeAsync(IncomingMail mail)
    {
        var read = await ReadReturn.ReadAsync(mail.Bytes, Token);
        Assert.True(read.IsOther);
        return await new TakeMailedReply(_clinic.Context, _clinic.Send, _clinic.Options).RunAsync(mail, read, (await PersonalMail.ReadAsync(mail.Bytes, Token))!, Token);
    }

    private Task<IReadOnlyList<PatientRequest>> RequestsAsync() => StopAddress.RequestsOf(_clinic.Context).ListAsync(openOnly: true, 0, 100, Token);

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
