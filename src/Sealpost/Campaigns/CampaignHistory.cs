using System.Data.Common;
using System.Globalization;
using Sealpost.Audience;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>What earlier campaigns became for patients, as audience queries see it (<c>campaign NAME received</c>). Feeds the shards.</summary>
public sealed class CampaignHistory
{
    private const int PageSize = 500;

    private readonly IDatabase _database;
    private readonly KeyRing _keys;
    private readonly TimeZoneInfo _zone;

    /// <summary>Creates it; it needs no open organisation, since the shards are attached before one is complete.</summary>
    public CampaignHistory(IDatabase database, KeyRing keys, TimeZoneInfo zone)
    {
        _database = database;
        _keys = keys;
        _zone = zone;
    }

    /// <summary>Engagements of some patients; fits <c>Shards.LoadEngagements</c>.</summary>
    public async Task<ILookup<PatientNumber, Engagement>> LoadAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        var found = new List<(PatientNumber Patient, Engagement Engagement)>();
        await using var connection = await _database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var page in patients.Chunk(PageSize))
        {
            var numbers = string.Join(',', page.Select(patient => patient.Value.ToString(CultureInfo.InvariantCulture)));
            await using var command = Sql.Command(
                connection,
                $"SELECT patient, campaign, changed_at FROM delivery WHERE org = @org AND patient IN ({numbers}) AND state = @accepted",
                ("@org", _keys.Organisation.Value), ("@accepted", (int)Outcome.Accepted));
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    found.Add(Read(reader, EngagementKind.Received));
            }

            await AddPickedUpAsync(connection, numbers, found, cancellationToken).ConfigureAwait(false);
            await AddClicksAsync(connection, numbers, found, cancellationToken).ConfigureAwait(false);
        }

        return found.ToLookup(row => row.Patient, row => row.Engagement);
    }

    /// <summary>Messages read on our page.</summary>
    private async Task AddPickedUpAsync(DbConnection connection, string numbers, List<(PatientNumber Patient, Engagement Engagement)> found, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            connection, $"SELECT patient, campaign, picked_at FROM pickup WHERE org = @org AND patient IN ({numbers}) AND picked_at > 0", ("@org", _keys.Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            found.Add(Read(reader, EngagementKind.PickedUp));
    }

    /// <summary>Links that people followed; what scanners asked for says nothing of the patient.</summary>
    private async Task AddClicksAsync(DbConnection connection, string numbers, List<(PatientNumber Patient, Engagement Engagement)> found, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            connection, $"SELECT patient, campaign, MIN(first_at) FROM click WHERE org = @org AND patient IN ({numbers}) AND people > 0 GROUP BY patient, campaign", ("@org", _keys.Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            found.Add(Read(reader, EngagementKind.Clicked));
    }

    private (PatientNumber Patient, Engagement Engagement) Read(DbDataReader reader, EngagementKind kind)
    {
        var on = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Sql.Instant(reader.GetInt64(2)), _zone).DateTime);
        return (new PatientNumber(checked((int)reader.GetInt64(0))), new Engagement(reader.GetInt64(1), kind, on));
    }

    /// <summary>Numbers of all campaigns by name; fits <c>Shards.LoadCampaignNumbers</c>.</summary>
    public async Task<IReadOnlyDictionary<string, long>> NumbersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, name FROM campaign WHERE org = @org", ("@org", _keys.Organisation.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var numbers = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            numbers[CampaignStore.OpenName(_keys, reader.GetInt64(0), reader.GetFieldValue<byte[]>(1))] = reader.GetInt64(0);
        return numbers;
    }
}
