using Microsoft.Extensions.Time.Testing;
using Sealpost.App.Demo;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.ForPatients;
using Sealpost.Tests.Campaigns;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.ForPatients;

/// <summary>A reply leaves for the inbox only while an agreement covers who keeps it there.</summary>
public sealed class InboxAgreementTests : IAsyncLifetime
{
    private readonly DemoMailbox _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);

    private static CancellationToken Token => TestClinic.Token;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _mailbox.DisposeAsync();

    [Theory]
    [InlineData("inbox.example", PhiFlow.Store, false, 1)]
    [InlineData("INBOX.example", PhiFlow.Store, false, 1)]
    [InlineData("inbox.example", PhiFlow.Store, true, 0)]
    [InlineData("inbox.example", PhiFlow.Send, false, 0)]
    [InlineData("other.example", PhiFlow.Store, false, 0)]
    public async Task A_reply_leaves_while_an_agreement_covers_storing_at_its_domain(string endpoint, PhiFlow flow, bool isEnded, int leaves)
    {
        // The clock stands: a reply is given twenty seconds, which is not what this is about.
        await using var clinic = await TestClinic.SendingUnderAsync(new FakeTimeProvider(TimeProvider.System.GetUtcNow()), _mailbox.OptionsFor(TestClinic.Organisation.Domain), options => options, Token);
        await clinic.AddPatientsAsync(1, "a.example");
        var agreement = new BusinessAssociateAgreement(
            1, "Mailbox Hosting Inc.", endpoint, [flow], new DateOnly(2025, 1, 1), null, "user-1", DateTimeOffset.UnixEpoch, isEnded ? DateTimeOffset.UnixEpoch.AddDays(1) : null);
        var options = clinic.Options with
        {
            Pickup = new PickupRules { ReplyInbox = "care@inbox.example" },
            Transport = _ => Task.FromResult(new TransportGate([agreement], [new RiskAcceptance(1, RiskAcceptances.ClinicalOverPlainPkix, null)])),
        };
        var replies = new DeliverReplies(clinic.Context, options);
        Assert.True(await replies.TakeAsync(new PatientNumber(0), 1, MessageClass.N2, "The drops sting.", Token));
        await replies.RunAsync(Token);
        Assert.Equal(leaves, _mailbox.Store.Messages.Count);
        Assert.Equal(leaves == 0 ? [] : ["reply.delivered system"], await clinic.LedgerAsync("reply."));
    }
}
