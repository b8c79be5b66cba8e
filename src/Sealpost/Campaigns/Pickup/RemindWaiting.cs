using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Patients;

namespace Sealpost.Campaigns.Pickup;

/// <summary>Reminds patients, once, of messages on our page that they have not read before the link ends.</summary>
/// <remarks>
/// The legal basis is decided anew and again before DATA; a reminder is N0 like its notice, obeys quiet hours and the host's pace, and has
/// intent, outcome, decision and receipt like every message. What a crash leaves in flight is in doubt and never sent again.
/// </remarks>
internal sealed class RemindWaiting(SendParts parts)
{
    private const int PageSize = 512;

    private const int DomainsAtOnce = 8;

    private readonly ReminderRows _rows = new(parts.Context);

    private PickupRules Rules => parts.Options.Pickup;

    private DateTimeOffset Now => parts.Context.Time.GetUtcNow();

    /// <summary>Sends what is due. Returns how many a mail host took.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (parts.Options.Hold is not null || Rules.ReminderLead is not { } lead)
            return 0;
        var taken = 0;
        var after = (Campaign: 0L, Patient: -1);
        while (await _rows.DueAsync(lead, Rules.ValidFor, after, PageSize, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var campaign in page.GroupBy(reminder => reminder.Campaign))
                taken += await OfCampaignAsync(campaign.Key, [.. campaign], cancellationToken).ConfigureAwait(false);
            after = (page[^1].Campaign, page[^1].Row.Patient.Value);
        }

        return taken;
    }

    private async Task<int> OfCampaignAsync(long number, IReadOnlyList<DueReminder> due, CancellationToken cancellationToken)
    {
        if (await parts.Campaigns.FindAsync(number, cancellationToken).ConfigureAwait(false) is not { State: CampaignState.Sending or CampaignState.Finished } campaign)
            return 0;
        CampaignRun run;
        try
        {
            run = await CampaignRun.CreateAsync(parts, campaign, cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException)
        {
            return 0; // No longer what was approved: the page does not show it either.
        }

        using (run)
        {
            // After the campaign's last day nothing leaves.
            if (run.Plan.IsOver(null, Now))
                return 0;
            var jobs = await run.Open.OpenAsync(run.Prepared, [.. due.Select(reminder => reminder.Row)], cancellationToken).ConfigureAwait(false);
            try
            {
                return await SendAsync(run, [.. due.Zip(jobs, (reminder, job) => new Reminder(reminder, job))], cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                foreach (var job in jobs)
                    job.Dispose();
            }
        }
    }

    private async Task<int> SendAsync(CampaignRun run, IReadOnlyList<Reminder> reminders, CancellationToken cancellationToken)
    {
        var gates = await run.Open.GatesAsync(cancellationToken).ConfigureAwait(false);
        var awake = await AwakeAsync(reminders, cancellationToken).ConfigureAwait(false);
        var byDomain = new Dictionary<string, List<Reminder>>(StringComparer.Ordinal);
        foreach (var reminder in awake)
        {
            var attempt = new MessageAttempt(run.Attempts, reminder.Job, gates, GateMoment.Render, "", null) { IsReminder = true };
            if (attempt.DecideBasis() is not ConsentDecision.Permit permit)
            {
                var end = attempt.Withheld();
                await CommitAttempt.RunAsync(run, SettleAttempt.Of(run, reminder.Job, end, "", isReminder: true), end, CancellationToken.None).ConfigureAwait(false);
            }
            else if (Rules.FactorsFor(run.Prepared.Basis.Class, reminder.Job.Patient.Chart!.Head, gates.Transport, parts.Context.Today).Count > 0)
            {
                var domain = EmailAddress.DomainOf(permit.Address.Open());
                (byDomain.TryGetValue(domain, out var list) ? list : byDomain[domain] = []).Add(reminder);
            }

            // Else nobody could open it now; the next look may find that somebody can.
        }

        var taken = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = DomainsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(byDomain, options, async (one, token) =>
            Interlocked.Add(ref taken, await OfDomainAsync(run, gates, one.Key, one.Value, token).ConfigureAwait(false))).ConfigureAwait(false);
        return taken;
    }

    /// <summary>One domain's trouble keeps no other's reminders back; what was in flight there is in doubt.</summary>
    private async Task<int> OfDomainAsync(CampaignRun run, Gates gates, string domain, IReadOnlyList<Reminder> reminders, CancellationToken cancellationToken)
    {
        try
        {
            return await new RemindDomain(run, gates, domain).RunAsync(reminders, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (CampaignRun.IsOfOneLane(exception))
        {
            SendLog.RemindersBroken(run.Log, run.Campaign.Id, exception.GetType().Name);
            await run.Writer.BulkAsync(
                async (transaction, token) =>
                {
                    var lines = new List<JournalLine>();
                    foreach (var reminder in reminders)
                        lines.AddRange(await _rows.DoubtInFlightAsync((run.Campaign.Id, reminder.Due.Row.Patient), Now, transaction, token).ConfigureAwait(false));
                    return lines;
                },
                cancellationToken).ConfigureAwait(false);
            return 0;
        }
    }

    /// <summary>Those that may leave at this hour of the patient's day; the others wait for its end.</summary>
    private async Task<IReadOnlyList<Reminder>> AwakeAsync(IReadOnlyList<Reminder> reminders, CancellationToken cancellationToken)
    {
        var quiet = new List<(DueReminder, DateTimeOffset)>();
        var awake = new List<Reminder>(reminders.Count);
        foreach (var reminder in reminders)
        {
            if (PatientZones.QuietUntil(parts.Options.Pacing.Quiet, reminder.Job.Patient.Chart, parts.Context.Organisation.TimeZone, parts.Context.Today, Now) is { } until)
                quiet.Add((reminder.Due, until));
            else
                awake.Add(reminder);
        }

        if (quiet.Count > 0)
            await _rows.PostponeAsync(quiet, cancellationToken).ConfigureAwait(false);
        return awake;
    }
}

/// <summary>A due reminder with its patient opened.</summary>
internal sealed record Reminder(DueReminder Due, LaneJob Job)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
