using System.Text;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Reports;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Campaigns;

/// <summary>The whole path of messages to the built-in mailbox, over real TLS.</summary>
public sealed class SendCampaignTests : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _open = [];
    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_open))
            await one.DisposeAsync();
    }

    [Fact]
    public async Task Every_selected_patient_gets_one_personal_message()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(300, "a.example", "b.example", "c.example");
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("all"));
        Assert.Equal((300, 300, 0, CampaignState.Finished), (report.Selected, report.Accepted, report.Pending, report.State));
        Assert.True(report.AddsUp);
        Assert.Equal(300, _mailbox.Store.Messages.Select(message => message.Recipient).Distinct().Count());
        Assert.Contains("Given7,", Encoding.UTF8.GetString(_mailbox.Store.Messages.Single(message => message.Recipient == "p7@b.example").Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Misbehaving_mailboxes_each_get_their_outcome()
    {
        await OpenAsync();
        string[] mailboxes = ["temperror@a.example", "550@a.example", "drop@a.example", $"x@{DemoMailbox.NoTlsDomain}", $"x@{DemoMailbox.WrongNameDomain}", $"x@{DemoMailbox.ExpiredDomain}", "fine@a.example"];
        for (var i = 0; i < mailboxes.Length; i++)
            await _clinic.AddPatientAsync(i, mailboxes[i]);
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("odd"));
        Assert.Equal((7, 2, 1, 1, 3), (report.Selected, report.Accepted, report.Rejected, report.InDoubt, report.Withheld.Transport));
        Assert.Equal(["CertificateExpired", "CertificateNameMismatch", "TlsUnavailable"], report.Withheld.ByReason.Keys.Order());
        Assert.True(report.AddsUp);
        Assert.Equal(CampaignState.Finished, report.State);
        var state = (await _clinic.Context.Consent.LoadAsync([(await _clinic.Context.Patients.OpenAsync(new PatientNumber(1), Token))!], Token))[new PatientNumber(1)];
        Assert.Equal(SuppressionSource.Bounce, Assert.Single(state.Suppressions).Source);
    }

    [Fact]
    public async Task A_message_for_ever_deferred_expires()
    {
        await OpenAsync(adjust: options => options with { RetrySchedule = [TimeSpan.FromMilliseconds(50)], GiveUpAfter = TimeSpan.FromSeconds(1) });
        await _clinic.AddPatientAsync(0, "full@a.example");
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("full"));
        Assert.Equal((1, 1, CampaignState.Finished), (report.Selected, report.Expired, report.State));
    }

    [Fact]
    public async Task Withheld_patients_are_counted_with_their_reason_and_hear_nothing()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(10, "a.example");
        await _clinic.Context.Consent.SuppressAsync("p3@a.example", new PatientNumber(3), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("some"));
        Assert.Equal((10, 9, 1), (report.Selected, report.Accepted, report.Withheld.ByReason["Suppressed"]));
        Assert.DoesNotContain(_mailbox.Store.Messages, message => message.Recipient == "p3@a.example");
    }

    [Fact]
    public async Task A_revocation_while_the_connection_is_held_before_DATA_stops_the_message()
    {
        var release = await HeldAsync("held", Purpose.AdminPayment);
        await _clinic.Context.Consent.SuppressAsync(null, new PatientNumber(0), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        release.SetResult();
        await _clinic.Send.WaitAsync("held", Token);
        Assert.Equal(0, _mailbox.Store.BodyBytes);
        var report = await _clinic.ReportAsync("held");
        Assert.Equal((1, 1, 0), (report.Selected, report.Withheld.Basis, report.Accepted));
        var decisions = await new DecisionLog(_clinic.Context.Database, _clinic.Context.Keys).ReadAsync(report.Campaign, new PatientNumber(0), Token);
        Assert.Equal(GateMoment.BeforeData, decisions[^1].Moment);
    }

    [Fact]
    public async Task A_revocation_while_the_message_waits_deferred_stops_it()
    {
        var release = await DeferredAsync("deferred");
        await _clinic.Context.Consent.SuppressAsync(null, new PatientNumber(0), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        release.SetResult();
        await _clinic.Send.WaitAsync("deferred", Token);
        Assert.Equal(0, _mailbox.Store.BodyBytes);
        Assert.Equal(1, (await _clinic.ReportAsync("deferred")).Withheld.Basis);
    }

    [Fact]
    public async Task An_address_that_changed_while_a_message_waited_is_the_one_written_to()
    {
        var release = await DeferredAsync("moved");
        await _clinic.ChangeMailboxAsync(0, "new@b.example");
        release.SetResult();
        await _clinic.Send.WaitAsync("moved", Token);
        Assert.Equal(["new@b.example"], _mailbox.Store.Messages.Select(message => message.Recipient));
    }

    [Fact]
    public async Task A_message_that_the_hop_cannot_carry_is_withheld_and_not_rejected()
    {
        await OpenAsync(new MailboxOptions { SmtpUtf8 = false });
        await _clinic.AddPatientAsync(0, "jos\u00e9@a.example");
        await _clinic.AddPatientAsync(1, "p1@a.example");
        var report = await _clinic.SendAndWaitAsync(TestClinic.Content("utf8"));
        Assert.Equal((2, 1, 0, 1), (report.Selected, report.Accepted, report.Rejected, report.Withheld.Transport));
        Assert.Equal([nameof(WithholdReason.NotRepresentable)], report.Withheld.ByReason.Keys);
    }

    [Fact]
    public async Task A_patient_who_left_the_audience_since_selection_is_withheld()
    {
        var release = await DeferredAsync("younger", "age >= 65");
        await _clinic.ChangeBirthDateAsync(0, "temperror@a.example", _clinic.Context.Today.AddYears(-40));
        release.SetResult();
        await _clinic.Send.WaitAsync("younger", Token);
        Assert.Equal(0, _mailbox.Store.BodyBytes);
        Assert.Equal(1, (await _clinic.ReportAsync("younger")).Withheld.ByReason[nameof(WithholdReason.NoLongerMatches)]);
    }

    [Fact]
    public async Task A_patient_erased_while_the_message_waited_is_withheld()
    {
        var release = await DeferredAsync("erased");
        await _clinic.EraseAsync(0);
        release.SetResult();
        await _clinic.Send.WaitAsync("erased", Token);
        Assert.Equal(0, _mailbox.Store.BodyBytes);
        Assert.Equal(1, (await _clinic.ReportAsync("erased")).Withheld.ByReason[nameof(WithholdReason.Erased)]);
    }

    [Fact]
    public async Task A_mailbox_that_another_patient_now_shares_stops_the_message_before_DATA()
    {
        // A clinical message: 45 CFR 164.530(c) forbids it in a mailbox that another patient reads too.
        var release = await HeldAsync("shared", Purpose.Treatment);
        await _clinic.ImportPatientAsync(1, "p0@a.example");
        release.SetResult();
        await _clinic.Send.WaitAsync("shared", Token);
        Assert.Equal(0, _mailbox.Store.BodyBytes);
        Assert.Equal(1, (await _clinic.ReportAsync("shared")).Withheld.ByReason[nameof(WithholdReason.SharedAddress)]);
    }

    [Fact]
    public async Task Accepted_messages_are_seen_by_the_next_audience()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(20, "a.example");
        await _clinic.Context.Consent.SuppressAsync("p3@a.example", new PatientNumber(3), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        await _clinic.ApprovedAsync(TestClinic.Content("first"));
        Assert.Equal(0, await _clinic.CountAsync("campaign first received"));
        await _clinic.Send.SendAsync("first", TestClinic.Author, Token);
        await _clinic.Send.WaitAsync("first", Token);
        Assert.Equal((19, 1), (await _clinic.CountAsync("campaign first received"), await _clinic.CountAsync("age >= 18 and not campaign first received")));
    }

    [Fact]
    public async Task A_pause_stops_within_one_message_a_connection_and_a_resume_ends_it()
    {
        var gate = await OpenGateAsync();
        await _clinic.AddPatientsAsync(400, "a.example");
        await _clinic.ApprovedAsync(TestClinic.Content("pause"));
        await _clinic.Send.SendAsync("pause", TestClinic.Author, Token);
        await AcceptedAsync("pause", 30, gate);
        await gate.LetWaitingAsync(_clinic.Send.PauseAsync("pause", TestClinic.Author, Token));
        var paused = await _clinic.ReportAsync("pause");
        Assert.Equal(CampaignState.Paused, paused.State);
        Assert.True(paused.Pending > 0 && paused.AddsUp);
        Assert.Equal(paused.Accepted, _mailbox.Store.Messages.Count);
        gate.Open();
        await _clinic.Send.ResumeAsync("pause", null, TestClinic.Author, Token);
        await _clinic.Send.WaitAsync("pause", Token);
        Assert.Equal((400, CampaignState.Finished), ((int)(await _clinic.ReportAsync("pause")).Accepted, (await _clinic.ReportAsync("pause")).State));
        Assert.Equal(400, _mailbox.Store.Messages.Select(message => message.Recipient).Distinct().Count());
    }

    [Fact]
    public async Task A_cancel_leaves_no_pending_row_and_sends_nothing_more()
    {
        var gate = await OpenGateAsync();
        await _clinic.AddPatientsAsync(400, "a.example");
        await _clinic.ApprovedAsync(TestClinic.Content("cancel"));
        await _clinic.Send.SendAsync("cancel", TestClinic.Author, Token);
        await AcceptedAsync("cancel", 30, gate);
        await gate.LetWaitingAsync(_clinic.Send.CancelAsync("cancel", TestClinic.Author, Token));
        var report = await _clinic.ReportAsync("cancel");
        Assert.True(report is { State: CampaignState.Cancelled, Pending: 0, Cancelled: > 0, AddsUp: true });
        Assert.Equal(report.Accepted, _mailbox.Store.Messages.Count);
    }

    [Fact]
    public async Task Every_accepted_message_has_a_receipt_with_its_tls()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(25, "a.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("receipts"));
        var receipts = await Receipts.OpenAsync(_clinic, 1);
        Assert.Equal(25, receipts.Count);
        Assert.All(receipts, receipt => Assert.StartsWith("TLS 1.", receipt.TlsVersion, StringComparison.Ordinal));
        Assert.All(receipts, receipt => Assert.True(receipt is { Outcome: "Accepted", Cipher.Length: > 0, CertificateFingerprint.Length: 64, ContentHash.Length: 64 }));
    }

    [Fact]
    public async Task A_campaign_not_approved_is_not_sent()
    {
        await OpenAsync();
        await _clinic.Desk.CreateAsync(TestClinic.Content("draft"), TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Send.SendAsync("draft", TestClinic.Author, Token));
    }

    [Fact]
    public async Task An_unsubscribe_by_the_message_is_attributed_to_its_campaign()
    {
        await OpenAsync();
        await _clinic.AddPatientsAsync(2, "a.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("leave"));
        var text = Encoding.UTF8.GetString(_mailbox.Store.Messages.Single(message => message.Recipient == "p0@a.example").Bytes.Span).Replace("\r\n ", "", StringComparison.Ordinal).Replace("\r\n\t", "", StringComparison.Ordinal);
        var start = text.IndexOf("/u/", StringComparison.Ordinal) + 3;
        var token = text[start..text.IndexOf('>', start)];
        Assert.True(await _clinic.Send.UnsubscribeAsync(token, SuppressionScope.Marketing, Token));
        Assert.False(await _clinic.Send.UnsubscribeAsync(token[..^1] + (token[^1] == 'A' ? 'B' : 'A'), SuppressionScope.Marketing, Token));
        Assert.Equal(1, (await _clinic.ReportAsync("leave")).OptedOut);
    }

    /// <summary>A campaign to one patient whose message was deferred. The next try is held until released, and deferred too: the one that could be accepted comes after whatever the test changes.</summary>
    private async Task<TaskCompletionSource> DeferredAsync(string name, string audience = "age >= 18")
    {
        var tries = 0;
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await OpenAsync(
            new MailboxOptions { Hold = (stage, _, token) => stage == MailboxStage.BeforeRecipientReply && Interlocked.Increment(ref tries) == 2 ? release.Task.WaitAsync(token) : Task.CompletedTask },
            options => options with { RetrySchedule = [TimeSpan.FromSeconds(1)] });
        await _clinic.AddPatientAsync(0, "temperror@a.example");
        await _clinic.ApprovedAsync(TestClinic.Content(name) with { Audience = audience });
        await _clinic.Send.SendAsync(name, TestClinic.Author, Token);
        await Eventually.TrueAsync(async () => await new DeliveryRecords(_clinic.Context).PageAsync(1, null, null, 10, Token) is [{ Attempts: > 0 }], "the message is deferred", Token);
        return release;
    }

    private async Task<MailboxGate> OpenGateAsync()
    {
        var gate = new MailboxGate();
        await OpenAsync(gate.Options);
        return gate;
    }

    /// <summary>Lets so many messages in and waits until their acceptance is recorded.</summary>
    private async Task AcceptedAsync(string name, int messages, MailboxGate gate)
    {
        gate.Let(messages);
        await Eventually.TrueAsync(async () => (await _clinic.ReportAsync(name)).Accepted == messages, $"{messages} messages are accepted", Token);
    }

    /// <summary>A campaign to one patient, held after RCPT; DATA waits for the source returned.</summary>
    private async Task<TaskCompletionSource> HeldAsync(string name, Purpose purpose)
    {
        var held = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await OpenAsync(new MailboxOptions
        {
            Hold = async (stage, recipient, token) =>
            {
                if (stage == MailboxStage.BeforeRecipientReply && recipient == "p0@a.example")
                {
                    held.TrySetResult();
                    await release.Task.WaitAsync(token);
                }
            },
        });
        await _clinic.AddPatientsAsync(1, "a.example");
        await _clinic.ApprovedAsync(TestClinic.Content(name) with { Purpose = purpose });
        await _clinic.Send.SendAsync(name, TestClinic.Author, Token);
        await held.Task.WaitAsync(Token);
        return release;
    }

    private async Task OpenAsync(MailboxOptions? mailbox = null, Func<DeliveryOptions, DeliveryOptions>? adjust = null)
    {
        _mailbox = DemoMailbox.Start(mailbox ?? new MailboxOptions(), TimeProvider.System);
        _open.Add(_mailbox);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, adjust ?? (options => options), database => database, Token);
        _open.Add(_clinic);
    }
}
