using Sealpost.App.Demo;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Tests.Campaigns;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Reports;

/// <summary>One patient's record, after a real send to the built-in mailbox.</summary>
public sealed class PatientRecordTests : IAsyncLifetime
{
    private static readonly Actor Compliance = new("u-compliance", "Cleo Compliance", Roles.Compliance);
    private static readonly Actor Auditor = new("u-auditor", "Otto Auditor", Roles.Auditor);
    private static readonly Actor Administrator = new("u-admin", "Ada Administrator", Roles.Administrator);
    private static readonly PatientNumber First = new(0);

    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;
    private ReadPatientRecord _records = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
        _records = new ReadPatientRecord(_clinic.Context, _clinic.Options.Policy);
        await _clinic.AddPatientAsync(0, "p0@a.example");
        await _clinic.AddPatientAsync(1, "p1@a.example");
    }

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    [Fact]
    public async Task Messages_are_listed_newest_first_page_by_page_with_their_proof()
    {
        await _clinic.SendAndWaitAsync(TestClinic.Content("one"));
        await _clinic.Context.Consent.SuppressAsync(null, First, SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        await _clinic.SendAndWaitAsync(TestClinic.Content("two"));
        var newest = await _records.MessagesAsync(First, null, 1, Compliance, Token);
        var older = await _records.MessagesAsync(First, newest.Next, 1, Compliance, Token);
        Assert.Equal([("two", Outcome.WithheldBasis, WithholdReason.Suppressed), ("one", Outcome.Accepted, null)], newest.Messages.Concat(older.Messages).Select(message => (message.Name, message.Delivery.Outcome, message.Delivery.Reason)));
        var attempts = await _records.AttemptsAsync(First, older.Messages[0].Campaign, Compliance, Token);
        Assert.Equal("p0@a.example", Assert.Single(attempts.Receipts).Receipt.Recipient);
        Assert.NotEmpty(attempts.Decisions);
        Assert.Empty((await _records.MessagesAsync(First, older.Next, 1, Compliance, Token)).Messages);
    }

    [Fact]
    public async Task The_record_says_how_addresses_and_legal_basis_stand()
    {
        await _clinic.ChangeMailboxAsync(1, "p0@a.example");
        await _clinic.Context.Consent.RestrictAsync(First, RestrictionKinds.NoEmail, null, "u1", Token);
        var record = await _records.ReadAsync(First, Compliance, Token);
        var contact = Assert.Single(record.Contacts);
        Assert.Equal((ContactCheck.Attested, true, false), (contact.Check, contact.IsShared, contact.TakesMail));
        Assert.Equal(WithholdReason.ConfidentialCommunication, record.Standing!.NoMail);
        Assert.Equal("No email at all", Assert.Single(record.Standing.Restrictions).Words);
    }

    [Fact]
    public async Task Each_role_reads_what_it_has_need_of_and_every_look_is_a_ledger_event()
    {
        await Assert.ThrowsAsync<RefusedException>(() => _records.ReadAsync(First, TestClinic.Author, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _records.FindAsync("p0@a.example", TestClinic.Author, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _records.MessagesAsync(First, null, 1, Administrator, Token));
        Assert.True(await _records.ReadAsync(First, Administrator, Token) is { Chart: not null, Standing: null });
        Assert.True(await _records.ReadAsync(First, Auditor, Token) is { Chart: null, Standing: not null });
        await _records.FindAsync("P0@A.example", Auditor, Token);
        Assert.Equal(["patient.read u-admin", "patient.read u-auditor", "patient.read u-auditor"], await _clinic.LedgerAsync("patient.read"));
    }

    [Fact]
    public async Task A_patient_is_found_by_id_or_mailbox_and_nobody_is_no_error()
    {
        Assert.Equal(First, Assert.Single(await _records.FindAsync("p0@a.example", Compliance, Token)).Number);
        Assert.Equal(First, Assert.Single(await _records.FindAsync(" 0 ", Compliance, Token)).Number);
        Assert.Empty(await _records.FindAsync("9999", Compliance, Token));
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => _records.ReadAsync(new PatientNumber(7), Compliance, Token))).Kind);
    }
}
