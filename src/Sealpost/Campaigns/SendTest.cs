using System.Globalization;
using System.Security.Cryptography;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Library;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>What became of a test.</summary>
/// <param name="To">Name of the colleague who gets it.</param>
/// <param name="Accepted">Messages that the mail host took.</param>
/// <param name="Problems">Why others did not leave, one sentence each.</param>
internal sealed record TestSent(string To, int Accepted, IReadOnlyList<string> Problems);

/// <summary>Sends a campaign's message to a colleague, as made-up patients would get it. No patient's data can be in it, and nobody but staff can receive it.</summary>
/// <param name="context">The organisation.</param>
/// <param name="options">How mail leaves.</param>
/// <param name="drafts">Where campaigns are written.</param>
/// <param name="people">Who works here.</param>
internal sealed class SendTest(OrganisationContext context, SendOptions options, CampaignDrafts drafts, PeopleStore people)
{
    /// <summary>Most messages of one test.</summary>
    public const int Most = 12;

    private const string Mark = "[Test] ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends the message as one typical made-up patient would get it, or once for each branch of its template.</summary>
    /// <param name="campaign">Number of the campaign; a draft is tested as it stands.</param>
    /// <param name="colleague">Name of a colleague; null for the actor.</param>
    /// <param name="everyBranch">One message for each made-up patient who reaches another branch, <see cref="Most"/> at most.</param>
    /// <param name="actor">Who tests.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <exception cref="RefusedException">The message has problems, or the colleague has no mailbox here.</exception>
    public async Task<TestSent> RunAsync(long campaign, string? colleague, bool everyBranch, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance, "send tests");
        if (options.Barred() is { } why)
            throw new RefusedException(why);
        var (name, mailbox) = await people.MailboxAsync(colleague ?? actor.Name, cancellationToken).ConfigureAwait(false);
        if (EmailAddress.Normalise(mailbox) is not { } to)
            throw new RefusedException($"{name} has no email address here: only people who sign in have one. Choose a colleague who does.");
        var messages = await MessagesAsync(campaign, everyBranch, actor, cancellationToken).ConfigureAwait(false);
        using var patience = new CancellationTokenSource(Patience, context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var sent = await DeliverAsync(name, to, messages, linked.Token).ConfigureAwait(false);
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(
                new AuditEvent(
                    context.Organisation.Id, "campaign.tested", actor.Id, null, campaign.ToString(CultureInfo.InvariantCulture), sent.Accepted > 0 ? "done" : "refused",
                    string.Create(CultureInfo.InvariantCulture, $"messages={messages.Count} accepted={sent.Accepted}")),
                transaction,
                token),
            CancellationToken.None).ConfigureAwait(false);
        return sent;
    }

    private async Task<IReadOnlyList<RenderedMessage>> MessagesAsync(long campaign, bool everyBranch, Actor actor, CancellationToken cancellationToken)
    {
        var open = await drafts.ReadAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
        var content = open.Campaign.State == CampaignState.Draft ? open.Draft.ToContent(context.Organisation.TimeZone) : open.Campaign.Content;
        var studio = new MessageStudio(context, new ContentLibrary(context));
        var report = await studio.ReportAsync(content.ToDraft(), actor, cancellationToken).ConfigureAwait(false);
        if (report.Check.Set is not { } set)
            throw new RefusedException($"The message cannot be made yet: {(report.Check.Problems.Count > 0 ? report.Check.Problems[0].Message : "it is empty")} Mend it, then test again.");
        List<RenderedMessage> messages = [.. report.People.Where(person => person.MissingField is null).Select(person => studio.Render(set, person.Chart).Message).OfType<RenderedMessage>().Take(everyBranch ? Most : 1)];
        return messages.Count > 0 ? messages : throw new RefusedException("No made-up patient has every value that the message needs. Give its fields defaults, then test again.");
    }

    private async Task<TestSent> DeliverAsync(string name, string to, IReadOnlyList<RenderedMessage> messages, CancellationToken cancellationToken)
    {
        var (accepted, problems) = (0, new List<string>());
        try
        {
            var hop = await options.Connect.ConnectAsync(EmailAddress.DomainOf(to), cancellationToken).ConfigureAwait(false);
            if (hop is not ConnectResult.Connected connected)
                return new TestSent(name, 0, ["There is no protected way to that mailbox: its host offers no verified TLS, or was not found."]);
            await using var session = connected.Session;
            var transport = await options.Transport(cancellationToken).ConfigureAwait(false);

            // Made-up patients, but real shape: never in clear, as every other message.
            if (transport.Decide(MessageClass.N1, session.Observed, context.Today) is not TransportDecision.Permit)
                return new TestSent(name, 0, ["The way to that mailbox is not protected well enough."]);
            foreach (var message in messages)
            {
                var reply = await DeliverAsync(session, message with { Subject = Mark + message.Subject }, to, cancellationToken).ConfigureAwait(false);
                if (reply.IsPositive)
                    accepted++;
                else
                    problems.Add(string.Create(CultureInfo.InvariantCulture, $"The mail host refused a message with {reply.Code}."));
            }
        }
        catch (Exception exception) when (exception is SmtpConnectionException or NoFinalReplyException or OperationCanceledException)
        {
            problems.Add("The mail host did not answer, or the connection broke.");
        }

        return new TestSent(name, accepted, problems);
    }

    private async Task<SmtpReply> DeliverAsync(SmtpSession session, RenderedMessage message, string to, CancellationToken cancellationToken)
    {
        var organisation = context.Organisation;
        var id = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}@{organisation.Domain}";
        using var signed = context.Sign.Sign(message, new MessageHeaders(to, id, context.Time.GetUtcNow(), null, Bulk: false));
        var (returnAddress, _) = ReturnPaths.Of(context).Create(context.Time.GetUtcNow());
        var reply = await session.EnvelopeAsync(returnAddress, to, signed.Bytes.Length, cancellationToken).ConfigureAwait(false);
        return reply.IsPositive ? await session.DataAsync(signed.Bytes, cancellationToken).ConfigureAwait(false) : reply;
    }
}
