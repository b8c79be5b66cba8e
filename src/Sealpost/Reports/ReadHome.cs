using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Delivery.MtaSts;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>Reads what a person's first page shows: what needs that person, what runs, what came of the last campaigns.</summary>
public sealed class ReadHome : IDisposable
{
    /// <summary>Complaints per accepted message from which large receivers begin to refuse a sender's mail; three times that and they do.</summary>
    public const double ComplaintLimit = 0.001;

    private const int Results = 5;

    // Below the limit, but twice what it was: told where so many complaints are no chance.
    private const double Rise = 2;
    private const int FewestForRise = 5;
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(2);

    private readonly OrganisationContext _context;
    private readonly WatchProgress _progress;
    private readonly CampaignStore _campaigns;
    private readonly NotReachedNeeds _notReached;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private Trend? _trend;

    /// <summary>Creates it; one per organisation and process, since what needs a walk through many deliveries is kept for some minutes.</summary>
    public ReadHome(OrganisationContext context, WatchProgress progress)
    {
        (_context, _progress, _campaigns) = (context, progress, new CampaignStore(context));
        _notReached = new NotReachedNeeds(context, _campaigns);
    }

    /// <summary>Whether DNSSEC works where mail goes to looked-up hosts; null where it does not matter (stated routes).</summary>
    public Func<CancellationToken, Task<DnssecStatus?>> Dnssec { get; init; } = _ => Task.FromResult<DnssecStatus?>(null);

    /// <summary>Certificates that end soon.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<EndingCertificate>>> Certificates { get; init; } = _ => Task.FromResult<IReadOnlyList<EndingCertificate>>([]);

    /// <summary>MTA-STS policies that end soon because they cannot be refreshed.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<EndingPolicy>>> Policies { get; init; } = _ => Task.FromResult<IReadOnlyList<EndingPolicy>>([]);

    /// <summary>Why a scheduled campaign whose time has come does not start.</summary>
    public Func<long, MissedStart?> Missed { get; init; } = static _ => null;

    private int Org => _context.Organisation.Id.Value;

    /// <summary>What the person sees now.</summary>
    public async Task<HomeFindings> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        if ((actor.Roles & (Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor | Roles.Administrator)) == Roles.None)
            return new HomeFindings([], [], [], null, null);
        var list = new CampaignList(_context);
        CampaignState[] open = [CampaignState.Draft, CampaignState.Submitted, CampaignState.Approved, CampaignState.Scheduled, CampaignState.Sending, CampaignState.Paused];
        var current = (await list.PageAsync(new CampaignListRequest(open, null, null, CampaignList.LargestPage), actor, cancellationToken).ConfigureAwait(false)).Entries;
        var (_, domains, now, before) = await TrendAsync(cancellationToken).ConfigureAwait(false);
        var needs = new List<Need>();
        foreach (var entry in current)
            needs.AddRange(await NeedsOfAsync(entry, actor, cancellationToken).ConfigureAwait(false));
        needs.AddRange(await DoubtsAsync(actor, cancellationToken).ConfigureAwait(false));
        needs.AddRange(domains.Where(need => need.Kind is not (NeedKind.Dnssec or NeedKind.CertificateEnding) || (actor.Roles & (Roles.Administrator | Roles.Compliance)) != Roles.None));
        needs.AddRange(await PatientNeeds.RepliesAsync(_context, actor, cancellationToken).ConfigureAwait(false));
        needs.AddRange(await _notReached.OfAsync(actor, cancellationToken).ConfigureAwait(false));
        needs.AddRange(await ReturnedNeeds.OfAsync(_context, actor, cancellationToken).ConfigureAwait(false));
        if (Complaints(now, before) is { } words)
            needs.Add(new Need(NeedKind.Complaints, null, "", words, _context.Time.GetUtcNow()));
        return new HomeFindings(
            [.. needs.OrderBy(need => Urgency(need.Kind)).ThenBy(need => need.Since)],
            await RunningAsync(current, cancellationToken).ConfigureAwait(false),
            await ResultsAsync(list, actor, cancellationToken).ConfigureAwait(false),
            now?.Rate,
            before?.Rate);
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private async Task<Trend> TrendAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_trend is { } known && _context.Time.GetElapsedTime(known.ReadAt) < KeepFor)
                return known;
            var (now, before) = await ComplaintsAsync(cancellationToken).ConfigureAwait(false);
            IReadOnlyList<Need> domains =
            [
                .. await new FailingDomains(_context).RunAsync(cancellationToken).ConfigureAwait(false),
                .. await LoweredAsync(cancellationToken).ConfigureAwait(false),
                .. (await Policies(cancellationToken).ConfigureAwait(false)).Take(5).Select(one => new Need(
                    NeedKind.PolicyEnding, null, one.Domain, $"{one.Domain}: {one.Words}. It may be a mistake there, or somebody on the way who waits for its end: ask its operator.", one.TriedAt)),
                .. await DnssecAsync(cancellationToken).ConfigureAwait(false),
                .. (await Certificates(cancellationToken).ConfigureAwait(false)).Select(one => new Need(NeedKind.CertificateEnding, null, "", one.Words, one.EndsAt)),
                .. await PatientNeeds.EndingAsync(_context, _campaigns, cancellationToken).ConfigureAwait(false),
            ];
            return _trend = new Trend(_context.Time.GetTimestamp(), domains, now, before);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<IReadOnlyList<Need>> NeedsOfAsync(CampaignEntry entry, Actor actor, CancellationToken cancellationToken)
    {
        bool Is(Roles role) => (actor.Roles & role) != Roles.None;
        Need Of(NeedKind kind, string words) => new(kind, entry.Id, entry.Name, words, entry.ChangedAt);
        switch (entry.State)
        {
            case CampaignState.Submitted when Is(Roles.Approver) && !(await _campaigns.AuthorsAsync(entry.Id, cancellationToken).ConfigureAwait(false)).Contains(actor.Id, StringComparer.Ordinal):
                return [Of(NeedKind.Approval, "Waits for your approval.")];
            case CampaignState.Draft when entry.SentBack && Is(Roles.Marketer) && (await _campaigns.AuthorsAsync(entry.Id, cancellationToken).ConfigureAwait(false)).Contains(actor.Id, StringComparer.Ordinal):
                return [Of(NeedKind.SentBack, "Was sent back to you with a comment.")];
            case CampaignState.Approved when Is(Roles.Marketer):
                return [Of(NeedKind.ReadyToSend, await ReadyWordsAsync(entry.Id, cancellationToken).ConfigureAwait(false))];
            case CampaignState.Scheduled when Is(Roles.Marketer | Roles.Compliance | Roles.Administrator) && Missed(entry.Id) is { } missed:
                return [Of(NeedKind.MissedStart, $"Scheduled, but cannot start: {missed.Why} It is tried again by itself.")];
            case CampaignState.Paused when Is(Roles.Marketer | Roles.Compliance) && await _campaigns.FindAsync(entry.Id, cancellationToken).ConfigureAwait(false) is { PausedForComplaints: true }:
                return [Of(NeedKind.PausedItself, "Paused by itself: too many patients reported it as unwanted. Find out why, then let it go on with a reason, or cancel it.")];
            case CampaignState.Paused when Is(Roles.Marketer | Roles.Compliance) && await _campaigns.FindAsync(entry.Id, cancellationToken).ConfigureAwait(false) is { PausedForOptOut: true }:
                return [Of(NeedKind.PausedItself, "Paused by itself: its unsubscribe links stopped working, and mail of its purpose has to offer them. `sealpost domain check` says what is wrong; mend it, then resume the campaign.")];
            case CampaignState.Paused when Is(Roles.Marketer):
                return [Of(NeedKind.Paused, "Is paused: resume or cancel it.")];
            default:
                return [];
        }
    }

    private async Task<string> ReadyWordsAsync(long id, CancellationToken cancellationToken) =>
        await _campaigns.FindAsync(id, cancellationToken).ConfigureAwait(false) is { Content.Schedule: { } asked } && asked <= _context.Time.GetUtcNow()
            ? "Is approved, but the start that its author asked for is past: send it, or choose another time."
            : "Is approved and waits to be sent or scheduled.";

    private async Task<IReadOnlyList<RunningCampaign>> RunningAsync(IReadOnlyList<CampaignEntry> current, CancellationToken cancellationToken)
    {
        var running = new List<RunningCampaign>();
        foreach (var entry in current.Where(entry => entry.State is CampaignState.Scheduled or CampaignState.Sending or CampaignState.Paused))
            running.Add(new RunningCampaign(entry.Id, entry.Name, await _progress.ReadAsync(entry.Id, cancellationToken).ConfigureAwait(false), entry.State == CampaignState.Scheduled ? entry.ScheduledAt : null));
        return running;
    }

    private async Task<IReadOnlyList<ComparedCampaign>> ResultsAsync(CampaignList list, Actor actor, CancellationToken cancellationToken)
    {
        var ended = await list.PageAsync(new CampaignListRequest([CampaignState.Finished, CampaignState.Cancelled], null, null, CampaignList.LargestPage), actor, cancellationToken).ConfigureAwait(false);
        var results = new List<ComparedCampaign>();
        var findings = new ReadFindings(_context);
        foreach (var entry in ended.Entries.Where(entry => entry.Selected > 0).OrderByDescending(entry => entry.ChangedAt).Take(Results))
        {
            if (await _campaigns.FindAsync(entry.Id, cancellationToken).ConfigureAwait(false) is { } campaign)
                results.Add(await findings.CompareAsync(campaign, cancellationToken).ConfigureAwait(false));
        }

        return results;
    }

    private async Task<IReadOnlyList<Need>> DoubtsAsync(Actor actor, CancellationToken cancellationToken)
    {
        if ((actor.Roles & (Roles.Marketer | Roles.Compliance)) == Roles.None)
            return [];
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT campaign, COUNT(*), MIN(changed_at) FROM delivery WHERE org = @org AND state = 8 GROUP BY campaign", ("@org", Org));
        var found = new List<(long Campaign, long Count, long Since)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                found.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        var needs = new List<Need>();
        foreach (var (id, count, since) in found)
        {
            if (await _campaigns.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } campaign)
                needs.Add(new Need(NeedKind.InDoubt, id, campaign.Name, $"{(count < SmallCells.Smallest ? "Some" : count.ToString("N0", CultureInfo.InvariantCulture))} messages are in doubt: perhaps sent, and not sent again. Find out and say what became of each.", Sql.Instant(since)));
        }

        return needs;
    }

    /// <summary>Domains that fell below their own best.</summary>
    private async Task<IEnumerable<Need>> LoweredAsync(CancellationToken cancellationToken) =>
        (await new TierHistory(_context).LoweredAsync(cancellationToken).ConfigureAwait(false)).Take(5).Select(domain => new Need(
            NeedKind.LoweredDomain, null, domain.Domain,
            $"{domain.Domain} was protected by {TierWords(domain.Before)} and now offers {TierWords(domain.Now)}. It may be a mistake there, or somebody on the way: ask its operator before a message goes there by another way.", domain.Since));

    private async Task<IReadOnlyList<Need>> DnssecAsync(CancellationToken cancellationToken) =>
        await Dnssec(cancellationToken).ConfigureAwait(false) is { Validates: false } status ? [new Need(NeedKind.Dnssec, null, "", status.Words, _context.Time.GetUtcNow())] : [];

    private static string TierWords(Tier tier) => tier switch
    {
        Tier.T4 => "signed records of its own (DANE)",
        Tier.T3 => "its MTA-STS policy",
        Tier.T2 => "a certificate that the web's authorities vouch for",
        Tier.T1 => "encryption to a host that nobody vouches for",
        _ => "no encryption",
    };

    private async Task<(Complained? Now, Complained? Before)> ComplaintsAsync(CancellationToken cancellationToken)
    {
        var now = _context.Time.GetUtcNow();
        return (await RateAsync(now - Month, now, cancellationToken).ConfigureAwait(false), await RateAsync(now - (2 * Month), now - Month, cancellationToken).ConfigureAwait(false));
    }

    private async Task<Complained?> RateAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT COUNT(*), SUM(CASE WHEN d.complained_at > 0 THEN 1 ELSE 0 END) FROM campaign c JOIN delivery d ON d.org = c.org AND d.campaign = c.id
            WHERE c.org = @org AND c.started_at >= @from AND c.started_at < @to AND d.state = @accepted
            """,
            ("@org", Org), ("@from", Sql.Stored(from)), ("@to", Sql.Stored(to)), ("@accepted", (int)Outcome.Accepted));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var accepted = reader.GetInt64(0);
        return accepted == 0 ? null : new Complained(Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture), accepted);
    }

    private static string? Complaints(Complained? now, Complained? before)
    {
        if (now is null || (now.Rate <= ComplaintLimit && !(before is not null && now.Count >= FewestForRise && now.Rate >= Rise * before.Rate)))
            return null;
        var words = $"{Share(now.Rate)} of the messages accepted in the last 30 days were reported as unwanted{(before is null ? "" : $", {Share(before.Rate)} in the 30 days before")}. ";
        return words + (now.Rate > ComplaintLimit
            ? $"From {Share(ComplaintLimit)} on, mail hosts begin to refuse: narrow the audiences, send less often."
            : $"From {Share(ComplaintLimit)} on, mail hosts begin to refuse: look which campaign they came from before it goes on rising.");
    }

    private sealed record Complained(long Count, long Accepted)
    {
        public double Rate => (double)Count / Accepted;
    }

    private sealed record Trend(long ReadAt, IReadOnlyList<Need> Domains, Complained? Complaints, Complained? ComplaintsBefore);

    private static int Urgency(NeedKind kind) => kind switch
    {
        NeedKind.InDoubt => 0,
        NeedKind.Complaints or NeedKind.PausedItself => 1,
        NeedKind.FailingDomain or NeedKind.LoweredDomain or NeedKind.PolicyEnding or NeedKind.Refused => 2,
        NeedKind.Paused or NeedKind.MissedStart or NeedKind.NotReached => 3,
        NeedKind.Approval => 4,
        NeedKind.SentBack => 5,
        _ => 6,
    };

    private static string Share(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";
}
