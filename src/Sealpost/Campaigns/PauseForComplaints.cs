using System.Globalization;
using Sealpost.Campaigns.Returned;

namespace Sealpost.Campaigns;

/// <summary>Pauses a campaign by itself where too many of its patients complained.</summary>
internal sealed class PauseForComplaints(SendParts parts, RunningCampaigns running)
{
    /// <summary>In <c>paused_for</c>.</summary>
    public const long Mark = 1;

    /// <summary>Looks after a complaint, and pauses where the limit is passed.</summary>
    public async Task RunAsync(long id, CancellationToken cancellationToken)
    {
        var limit = parts.Options.ComplaintLimit;
        if (await parts.Campaigns.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { State: CampaignState.Sending } campaign
            || await ComplaintCount.OfAsync(parts.Context, id, cancellationToken).ConfigureAwait(false) is var counts && !counts.IsOver(campaign.ComplaintsSeen, limit))
            return;
        try
        {
            await parts.Campaigns.TransitAsync(
                new CampaignTransition(id, CampaignAct.Pause, "system")
                {
                    Columns = [("paused_for", Mark)],
                    Detail = string.Create(CultureInfo.InvariantCulture, $"complaints={counts.Complained} accepted={counts.Accepted}"),
                    Words = counts.Words(limit),
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException)
        {
            return; // Paused, cancelled or finished meanwhile.
        }

        await running.StopAsync(id, CancellationToken.None).ConfigureAwait(false);
    }
}
