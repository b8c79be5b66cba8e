using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;
using Sealpost.Delivery.Returns;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Reports;

/// <summary>Reads what came back and what others report about our domains. Numbers only; nobody's address.</summary>
internal sealed class ReadReturned(OrganisationContext context)
{
    /// <summary>Most days that can be asked for.</summary>
    public const int MostDays = 365;

    private const int MostReports = 2_000;
    private const int MostLines = 20;
    private const Roles Readers = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;

    private int Org => context.Organisation.Id.Value;

    private DateOnly Today => DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime);

    /// <summary>Returned mail of the last days, today included.</summary>
    /// <param name="days">1 to <see cref="MostDays"/>.</param>
    /// <param name="actor">Who reads.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<ReturnedFindings> RunAsync(int days, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Readers, "see what came back");
        var first = First(days);
        var tally = await TallyAsync(first, cancellationToken).ConfigureAwait(false);
        long Of(DateOnly day, Func<ReturnDone, bool> wanted) => tally.Where(one => one.Day == day && wanted(one.Done)).Sum(one => one.Count);
        return new ReturnedFindings(
            [.. Days(first).Select(day => new ReturnedDay(day, Of(day, IsFailure), Of(day, IsComplaint), Of(day, done => !IsFailure(done) && !IsComplaint(done))))],
            [.. tally.GroupBy(one => one.Done).Select(group => new CountedWords(ReturnWords.Of(group.Key), group.Sum(one => one.Count))).OrderByDescending(one => one.Count)],
            await ReasonsAsync(first, cancellationToken).ConfigureAwait(false),
            await RefusalsAsync(first, cancellationToken).ConfigureAwait(false),
            await OpenTasksAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reports about our domains of the last days.</summary>
    /// <param name="days">1 to <see cref="MostDays"/>.</param>
    /// <param name="actor">Who reads.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<DomainFindings> DomainsAsync(int days, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Readers, "see reports about our domains");
        var first = First(days);
        var reports = await new KeepDomainReport(context).ListAsync(new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero), MostReports, cancellationToken).ConfigureAwait(false);
        var rows = reports.SelectMany(report => report.Sources).ToList();
        return new DomainFindings(
            ByDay(first, reports.Where(report => report.Sources.Count > 0), report => report.Sources.Where(row => row.Passed).Sum(Count), report => report.Sources.Where(row => !row.Passed).Sum(Count)),
            ByDay(first, reports.Where(report => report.Policies.Count > 0), report => report.Policies.Sum(policy => Cap(policy.Successes)), report => report.Policies.Sum(policy => Cap(policy.Failures))),
            [
                .. rows.GroupBy(row => row.Source)
                    .Select(group => new DmarcSource(group.Key, group.Sum(Count), group.Where(row => row.Dkim).Sum(Count), group.Where(row => row.Spf).Sum(Count), group.Where(row => !row.Passed).Sum(Count)))
                    .OrderByDescending(source => source.Failed).ThenByDescending(source => source.Count).Take(MostLines),
            ],
            [
                .. reports.SelectMany(report => report.Policies).SelectMany(policy => policy.Details).GroupBy(failure => failure.Result)
                    .Select(group => new CountedWords(group.Key, group.Sum(failure => Cap(failure.Count)))).OrderByDescending(one => one.Count).Take(MostLines),
            ],
            [.. reports.GroupBy(report => report.Reporter).Select(group => new CountedWords(group.Key, group.Count())).OrderByDescending(one => one.Count).Take(MostLines)]);
    }

    private static bool IsFailure(ReturnDone done) => done is ReturnDone.AddressStopped or ReturnDone.Counted or ReturnDone.ForOperator or ReturnDone.Recorded;

    private static bool IsComplaint(ReturnDone done) => done is ReturnDone.Complaint or ReturnDone.OptedOut;

    private DateOnly First(int days) => Today.AddDays(1 - Math.Clamp(days, 1, MostDays));

    private IEnumerable<DateOnly> Days(DateOnly first)
    {
        for (var day = first; day <= Today; day = day.AddDays(1))
            yield return day;
    }

    private List<GoodAndBad> ByDay(DateOnly first, IEnumerable<KeptDomainReport> reports, Func<KeptDomainReport, long> good, Func<KeptDomainReport, long> bad)
    {
        var byDay = reports.ToLookup(report => DateOnly.FromDateTime(report.Begin.UtcDateTime));
        return [.. Days(first).Select(day => new GoodAndBad(day, byDay[day].Sum(good), byDay[day].Sum(bad)))];
    }

    private static long Count(Delivery.DomainReports.DmarcRow row) => Cap(row.Count);

    // What a report claims is the reporter's word; no sum of them may overflow.
    private static long Cap(long count) => Math.Clamp(count, 0, 1_000_000_000_000);

    private async Task<List<(DateOnly Day, ReturnDone Done, long Count)>> TallyAsync(DateOnly first, CancellationToken cancellationToken)
    {
        var epoch = DateOnly.FromDateTime(DateTime.UnixEpoch);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT day, done, count FROM returned_tally WHERE org = @org AND day >= @first", ("@org", Org), ("@first", first.DayNumber - epoch.DayNumber));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var tally = new List<(DateOnly, ReturnDone, long)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            tally.Add((epoch.AddDays(checked((int)reader.GetInt64(0))), (ReturnDone)reader.GetInt64(1), reader.GetInt64(2)));
        return tally;
    }

    private async Task<IReadOnlyList<CountedWords>> ReasonsAsync(DateOnly first, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT reason, COUNT(*) FROM returned_mail WHERE org = @org AND at >= @first AND class IN (@hard, @soft) GROUP BY reason ORDER BY COUNT(*) DESC",
            ("@org", Org), ("@first", Stored(first)), ("@hard", (int)ReturnClass.HardBounce), ("@soft", (int)ReturnClass.SoftBounce));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var reasons = new List<CountedWords>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            reasons.Add(new CountedWords(ReturnWords.Of((ReturnReason)reader.GetInt64(0)), reader.GetInt64(1)));
        return reasons;
    }

    private async Task<IReadOnlyList<Refusal>> RefusalsAsync(DateOnly first, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT d.destination, r.reason, r.status, COUNT(*) FROM returned_mail r JOIN delivery d ON d.org = r.org AND d.campaign = r.campaign AND d.patient = r.patient
            WHERE r.org = @org AND r.at >= @first AND r.done = @done GROUP BY d.destination, r.reason, r.status ORDER BY COUNT(*) DESC
            """,
            ("@org", Org), ("@first", Stored(first)), ("@done", (int)ReturnDone.ForOperator));
        var found = new List<(int Destination, ReturnReason Reason, string Status, long Count)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                found.Add((checked((int)reader.GetInt64(0)), (ReturnReason)reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3)));
        }

        if (found.Count == 0)
            return [];
        var names = await new DestinationStore(context).AllAsync(cancellationToken).ConfigureAwait(false);

        // A rare domain could name a patient: few messages stand together.
        var shown = found.Where(one => one.Count >= SmallCells.Smallest && names.ContainsKey(one.Destination)).Take(MostLines).ToList();
        return
        [
            .. shown.Select(one => new Refusal(names[one.Destination], ReturnWords.Of(one.Reason), one.Status, SmallCells.Show(one.Count))),
            .. found.Except(shown).GroupBy(one => (one.Reason, one.Status)).Take(MostLines)
                .Select(group => new Refusal("other domains", ReturnWords.Of(group.Key.Reason), group.Key.Status, SmallCells.Show(group.Sum(one => one.Count)))),
        ];
    }

    /// <summary>Addresses and complaints that wait for staff.</summary>
    public async Task<long> OpenTasksAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT COUNT(*) FROM patient_request WHERE org = @org AND settled_at IS NULL AND kind IN (@address, @complaint)", ("@org", Org), ("@address", PatientRequestKinds.AddressFailed), ("@complaint", PatientRequestKinds.Complaint));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    /// <summary>Messages of the last two days that came back, or were refused in session, for what we are or send.</summary>
    internal async Task<long> RecentRefusalsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT COUNT(*) FROM returned_mail WHERE org = @org AND at >= @since AND done = @done", ("@org", Org), ("@since", Sql.Stored(context.Time.GetUtcNow() - TimeSpan.FromDays(2))), ("@done", (int)ReturnDone.ForOperator));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    private static long Stored(DateOnly day) => Sql.Stored(new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero));
}
