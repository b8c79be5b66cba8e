using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>Commits what became of a try, and what follows from it for the mailbox.</summary>
internal static class CommitAttempt
{
    private const int MostTries = 300;

    /// <summary>Commits an outcome with its consequences, however long the store is away: it must not be lost while this process lives.</summary>
    /// <param name="run">The campaign.</param>
    /// <param name="settlement">What became of it.</param>
    /// <param name="end">How the try ended.</param>
    /// <param name="cancellationToken">None for what has happened on the wire.</param>
    public static async Task RunAsync(CampaignRun run, Settlement settlement, AttemptEnd end, CancellationToken cancellationToken)
    {
        var refused = Returned.RefusedInSession.Of(run.Context, settlement, end);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await run.Writer.SettleAsync(settlement, refused is null ? null : refused.WriteAsync, cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (TransientStoreException) when (attempt < MostTries)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), run.Time, cancellationToken).ConfigureAwait(false);
            }
        }

        if (refused is not null)
            await refused.TellAsync(cancellationToken).ConfigureAwait(false);
    }
}
