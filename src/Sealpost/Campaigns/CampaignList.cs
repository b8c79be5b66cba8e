using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>A campaign as lists show it.</summary>
/// <param name="Id">Number within the organisation.</param>
/// <param name="Name">Name; it can betray a condition.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Version">Version of its content.</param>
/// <param name="Author">User id.</param>
/// <param name="Approver">User id, while the approval holds.</param>
/// <param name="ChangedAt">UTC instant of the last thing that happened to it.</param>
/// <param name="ScheduledAt">UTC instant of a scheduled start.</param>
/// <param name="Selected">Patients selected so far.</param>
/// <param name="SentBack">An approver sent it back and it was not submitted again.</param>
public sealed record CampaignEntry(
    long Id, string Name, CampaignState State, int Version, string Author, string? Approver, DateTimeOffset ChangedAt, DateTimeOffset? ScheduledAt, long Selected, bool SentBack)
{
    /// <summary>Its number and state; never its name.</summary>
    public override string ToString() => $"campaign {Id} ({State})";
}

/// <summary>What a list is asked for.</summary>
/// <param name="States">Only these; empty for all.</param>
/// <param name="Find">Only names that hold this, whatever the case; null or empty for all.</param>
/// <param name="Before">Last campaign of the page before; null begins with the newest.</param>
/// <param name="Limit">1 to <see cref="CampaignList.LargestPage"/>.</param>
public sealed record CampaignListRequest(IReadOnlyCollection<CampaignState> States, string? Find, long? Before, int Limit);

/// <summary>A page of campaigns, newest first.</summary>
/// <param name="Entries">The campaigns.</param>
/// <param name="Next">What to give as <see cref="CampaignListRequest.Before"/> for the next page; null after the last.</param>
public sealed record CampaignListPage(IReadOnlyList<CampaignEntry> Entries, long? Next);

/// <summary>Lists campaigns by page. Names are sealed, so a search opens them one by one here and never in the store.</summary>
public sealed class CampaignList
{
    /// <summary>Most campaigns in a page.</summary>
    public const int LargestPage = 200;

    private readonly OrganisationContext _context;

    /// <summary>Creates it for an organisation.</summary>
    public CampaignList(OrganisationContext context) => _context = context;

    /// <summary>A page.</summary>
    /// <exception cref="RefusedException">The actor has no business with campaigns.</exception>
    public async Task<CampaignListPage> PageAsync(CampaignListRequest request, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Seers, "see campaigns");
        var limit = Math.Clamp(request.Limit, 1, LargestPage);
        var entries = new List<CampaignEntry>(limit + 1);
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var states = string.Join(", ", request.States.Select(state => ((int)state).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await using var command = Sql.Command(
            connection,
            $"""
            SELECT c.id, c.name, c.state, c.version, c.author, c.approver, c.created_at, c.scheduled_at, c.started_at, c.ended_at, c.selected,
                (SELECT MAX(r.at) FROM campaign_remark r WHERE r.org = c.org AND r.campaign = c.id),
                (SELECT MAX(d.saved_at) FROM campaign_draft d WHERE d.org = c.org AND d.campaign = c.id),
                (SELECT r.kind FROM campaign_remark r WHERE r.org = c.org AND r.campaign = c.id AND r.kind > 0 ORDER BY r.seq DESC LIMIT 1)
            FROM campaign c WHERE c.org = @org AND c.id < @before{(states.Length > 0 ? $" AND c.state IN ({states})" : "")} ORDER BY c.id DESC
            """,
            ("@org", _context.Organisation.Id.Value), ("@before", request.Before ?? long.MaxValue));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (entries.Count <= limit && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var entry = Read(reader);
            if (string.IsNullOrWhiteSpace(request.Find) || entry.Name.Contains(request.Find.Trim(), StringComparison.OrdinalIgnoreCase))
                entries.Add(entry);
        }

        return entries.Count > limit ? new CampaignListPage(entries[..limit], entries[limit - 1].Id) : new CampaignListPage(entries, null);
    }

    /// <summary>How many campaigns are in each state.</summary>
    public async Task<IReadOnlyDictionary<CampaignState, int>> CountsAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Seers, "see campaigns");
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT state, COUNT(*) FROM campaign WHERE org = @org GROUP BY state", ("@org", _context.Organisation.Id.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var counts = new Dictionary<CampaignState, int>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            counts[(CampaignState)reader.GetInt64(0)] = checked((int)reader.GetInt64(1));
        return counts;
    }

    private const Roles Seers = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor | Roles.Administrator;

    private static readonly int[] TimeColumns = [6, 8, 9, 11, 12];

    private CampaignEntry Read(System.Data.Common.DbDataReader reader)
    {
        var id = reader.GetInt64(0);
        var state = (CampaignState)reader.GetInt64(2);
        var last = TimeColumns.Where(column => !reader.IsDBNull(column)).Max(reader.GetInt64);
        return new CampaignEntry(
            id,
            CampaignStore.OpenName(_context.Keys, id, reader.GetFieldValue<byte[]>(1)),
            state,
            checked((int)reader.GetInt64(3)),
            reader.GetString(4),
            reader.IsDBNull(5) ? null : reader.GetString(5),
            Sql.Instant(last),
            reader.IsDBNull(7) ? null : Sql.Instant(reader.GetInt64(7)),
            reader.GetInt64(10),
            state == CampaignState.Draft && !reader.IsDBNull(13) && (RemarkKind)reader.GetInt64(13) == RemarkKind.SentBack);
    }
}
