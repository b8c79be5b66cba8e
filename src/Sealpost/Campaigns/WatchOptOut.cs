using Microsoft.Extensions.Logging;
using Sealpost.Consent;

namespace Sealpost.Campaigns;

/// <summary>Asks, while mail that has to offer an opt-out is being sent, whether the opt-out still works, and pauses the campaign where it does not for good. 15 USC 7704(a)(3)(A), 45 CFR 164.514(f)(2)(ii).</summary>
internal sealed class WatchOptOut(SendParts parts, long campaign, ILogger logger)
{
    /// <summary>In <c>paused_for</c>.</summary>
    public const long Mark = 2;

    /// <summary>How often it is asked.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Waits before it counts as gone for good: a server that starts, or a proxy that is changed, is soon back.</summary>
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15)];

    /// <summary>Whether mail of a basis has to offer an opt-out.</summary>
    public static bool IsNeeded(CampaignBasis basis) => PurposeRule.Of(basis.Purpose)?.StoppedByOptOut(basis) == true;

    /// <summary>Asks until it works; false where it does not for good, and then the campaign is paused.</summary>
    public async Task<bool> MayGoOnAsync(CancellationToken cancellationToken)
    {
        foreach (var wait in Waits)
        {
            if ((await parts.Options.Reach(cancellationToken).ConfigureAwait(false)).IsReachable)
                return true;
            await Task.Delay(wait, parts.Context.Time, cancellationToken).ConfigureAwait(false);
        }

        var reach = await parts.Options.Reach(cancellationToken).ConfigureAwait(false);
        if (reach.IsReachable)
            return true;
        await PauseAsync(reach.Says, cancellationToken).ConfigureAwait(false);
        return false;
    }

    /// <summary>Asks once in a while; ends where the campaign was paused.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var goesOn = true; goesOn;)
        {
            await Task.Delay(Every, parts.Context.Time, cancellationToken).ConfigureAwait(false);
            try
            {
                goesOn = await MayGoOnAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The store was away, or worse: nothing was found out, and the next hour asks again.
                SendLog.OptOutNotAsked(logger, campaign, exception.GetType().Name);
            }
        }
    }

    private async Task PauseAsync(string says, CancellationToken cancellationToken)
    {
        try
        {
            await parts.Campaigns.TransitAsync(
                new CampaignTransition(campaign, CampaignAct.Pause, "system")
                {
                    Columns = [("paused_for", Mark)],
                    Detail = "the opt-out does not work",
                    Words = $"Nobody could unsubscribe, and mail of this purpose has to offer that (15 USC 7704(a)(3)(A)). {says}",
                },
                cancellationToken).ConfigureAwait(false);
            SendLog.OptOutGone(logger, campaign);
        }
        catch (RefusedException)
        {
            // Paused, cancelled or finished meanwhile.
        }
    }
}
