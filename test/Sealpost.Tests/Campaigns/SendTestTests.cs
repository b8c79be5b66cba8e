using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Tests.Campaigns;

/// <summary>A test goes to a colleague alone, as a made-up patient would get it.</summary>
public sealed class SendTestTests : IAsyncLifetime
{
    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;
    private long _campaign;

    private static CancellationToken Token => TestClinic.Token;

    private PeopleStore People => new(_clinic.Context.Database, TestClinic.Organisation.Id, _clinic.Context.Ledger, _clinic.Time);

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
        var content = TestClinic.Content("checkup") with { Body = "Dear {{ patient.given_name }}, {% if patient.age > 70 %}bring somebody along{% else %}come by{% endif %}." };
        _campaign = (await _clinic.Desk.CreateAsync(content, TestClinic.Author, Token)).Id;
        await People.AddAsync("Tess Token", Roles.Marketer, Actor.LocalOwner, Token);
        var anna = await People.AddAsync("Anna Author", Roles.Marketer, Actor.LocalOwner, Token);
        await _clinic.Context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await Sql.ExecuteAsync(transaction, PersonSql, [("@email", "anna@example.com"), ("@now", 1L)], token);
                return await Sql.ExecuteAsync(transaction, "INSERT INTO membership (org, actor, person, created_at) VALUES (1, @actor, 'p-anna', 1)", [("@actor", anna.Id)], token);
            },
            Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    [Fact]
    public async Task A_colleague_gets_one_marked_message_or_one_for_each_branch_and_the_ledger_knows()
    {
        var one = await TestAsync("Anna Author", everyBranch: false);
        Assert.Equal(("Anna Author", 1), (one.To, one.Accepted));
        var all = await TestAsync("Anna Author", everyBranch: true);
        Assert.InRange(all.Accepted, 2, SendTest.Most);
        var texts = _mailbox.Store.Messages.Select(message => System.Text.Encoding.UTF8.GetString(message.Bytes.Span)).ToList();
        Assert.All(_mailbox.Store.Messages, message => Assert.Equal("anna@example.com", message.Recipient));
        Assert.All(texts, text => Assert.Contains("[Test]", text, StringComparison.Ordinal));
        Assert.Contains(texts, text => text.Contains("bring somebody along", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.Contains("come by", StringComparison.Ordinal));
        Assert.Equal(2, (await _clinic.LedgerAsync("campaign.tested")).Count);
    }

    [Fact]
    public async Task Nobody_without_a_mailbox_here_gets_a_test()
    {
        Assert.Contains("no email address here", (await Assert.ThrowsAsync<RefusedException>(() => TestAsync("Tess Token", false))).Message, StringComparison.Ordinal);
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => TestAsync("somebody@elsewhere.example", false))).Kind);
        Assert.Empty(_mailbox.Store.Messages);
    }

    private Task<TestSent> TestAsync(string to, bool everyBranch) =>
        new SendTest(_clinic.Context, _clinic.Options, _clinic.Drafts, People).RunAsync(_campaign, to, everyBranch, TestClinic.Author, Token);

    private const string PersonSql = """
        INSERT INTO person (id, display_name, user_name, normalized_user_name, email, normalized_email, email_confirmed, security_stamp, concurrency_stamp, two_factor_enabled, lockout_enabled, access_failed_count, is_operator, created_at)
        VALUES ('p-anna', 'Anna Author', 'anna', 'ANNA', @email, 'ANNA@EXAMPLE.COM', 1, 's', 'c', 0, 0, 0, 0, @now)
        """;
}
