using System.Globalization;
using MemoryPack;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>How many patients there were on a day, and how many could lawfully be written to.</summary>
/// <param name="Patients">Living patients on record.</param>
/// <param name="Care">May get a message about their own care.</param>
/// <param name="Marketing">Signed for marketing, and may get it.</param>
[MemoryPackable]
internal sealed partial record ReachPoint(long Patients, long Care, long Marketing);

/// <summary>The points by day, sealed: how they change shows what an opt-out, a new source or a campaign did.</summary>
internal sealed class ReachDays(OrganisationContext context)
{
    private int Org => context.Organisation.Id.Value;

    /// <summary>Keeps a day's point; the first one of the day stays.</summary>
    public Task KeepAsync(DateOnly day, ReachPoint point, CancellationToken cancellationToken) => context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction,
            "INSERT INTO reach_day (org, day, body) VALUES (@org, @day, @body) ON CONFLICT DO NOTHING",
            [("@org", Org), ("@day", day.DayNumber), ("@body", context.Keys.Seal(Place(day), MemoryPackSerializer.Serialize(point)))],
            token),
        cancellationToken);

    /// <summary>Whether a day has its point.</summary>
    public async Task<bool> HasAsync(DateOnly day, CancellationToken cancellationToken) => (await SinceAsync(day, cancellationToken).ConfigureAwait(false)).Any(one => one.Day == day);

    /// <summary>Points from a day on, oldest first.</summary>
    public async Task<IReadOnlyList<(DateOnly Day, ReachPoint Point)>> SinceAsync(DateOnly from, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT day, body FROM reach_day WHERE org = @org AND day >= @from ORDER BY day", ("@org", Org), ("@from", from.DayNumber));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var points = new List<(DateOnly, ReachPoint)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var day = DateOnly.FromDayNumber((int)reader.GetInt64(0));
            points.Add((day, MemoryPackSerializer.Deserialize<ReachPoint>(context.Keys.Open(Place(day), reader.GetFieldValue<byte[]>(1))) ?? throw new InvalidDataException("A day's reach holds nothing. Restore it from a backup.")));
        }

        return points;
    }

    private static string Place(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"reach:{day.DayNumber}");
}
