using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>Commits what became of a try, and what follows from it for the mailbox.</summary>
internal static class CommitAttempt
{
    private const int MostTries = 300;

    /// <summary>Commits an outcome, however long the store is away: it must not be lost while this process lives.</summary>
    /// <param name="run">The campaign.</param>
    /// <param name="settlement">What became of it.</param>
    /// <param name="end">How the try ended.</param>
    /// <param name="cancellationToken">None for what has happened on the wire.</param>
    public static async Task RunAsync(CampaignRun run, Settlement settlement, AttemptEnd end, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await run.Writer.SettleAsync(settlement, cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (TransientStoreException) when (attempt < MostTries)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), run.Time, cancellationToken).ConfigureAwait(false);
            }
        }

        // RFC 3463 5.1.1 and its like: no mail to this mailbox any more, the patient may have another.
        if (settlement.Outcome == Outcome.Rejected && end.Reply is { } reply && ReplyClasses.Of(reply).SuppressesAddress() && end.Decision is ConsentDecision.Permit permit)
        {
            var line = await Returned.StopAddress.RunAsync(run.Context, permit.Address.Open(), permit.Patient, permit.Campaign, $"the mail host answered {reply}", cancellationToken).ConfigureAwait(false);
            await run.Writer.BulkAsync((_, _) => Task.FromResult<IReadOnlyList<JournalLine>>([line]), cancellationToken).ConfigureAwait(false);
        }
    }
}
