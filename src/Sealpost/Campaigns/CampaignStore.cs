using System.Data.Common;
using System.Globalization;
using System.Text;
using MemoryPack;
using Sealpost.Campaigns.Attachments;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>Campaigns of one organisation. Content and name are stored sealed; every change is a ledger event in the same transaction.</summary>
public sealed class CampaignStore
{
    private const string Columns = """
        c.id, c.state, c.version, c.author, c.approver, c.approved_hash, c.as_of, c.created_at, c.scheduled_at, c.started_at, c.ended_at,
        c.selected, c.selected_through, c.selection_done, c.paused_for, c.complaints_seen
        """;

    private readonly OrganisationContext _context;

    /// <summary>Creates the store.</summary>
    public CampaignStore(OrganisationContext context) => _context = context;

    private int Org => _context.Organisation.Id.Value;

    private KeyRing Keys => _context.Keys;

    /// <summary>A campaign by name; null where there is none.</summary>
    public Task<Campaign?> FindAsync(string name, CancellationToken cancellationToken) =>
        ReadOneAsync("c.name_index = @key", NameIndex(name), cancellationToken);

    /// <summary>A campaign by number; null where there is none.</summary>
    public Task<Campaign?> FindAsync(long id, CancellationToken cancellationToken) =>
        ReadOneAsync("c.id = @key", id, cancellationToken);

    /// <summary>All campaigns, newest first.</summary>
    public async Task<IReadOnlyList<CampaignSummary>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT id, name, state, version, author, approver, created_at, selected FROM campaign WHERE org = @org ORDER BY id DESC",
            ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var list = new List<CampaignSummary>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = reader.GetInt64(0);
            list.Add(new CampaignSummary(
                id,
                OpenName(Keys, id, reader.GetFieldValue<byte[]>(1)),
                (CampaignState)reader.GetInt64(2),
                checked((int)reader.GetInt64(3)),
                reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5),
                Sql.Instant(reader.GetInt64(6)),
                reader.GetInt64(7)));
        }

        return list;
    }

    /// <summary>Number of the campaign a name stands for; null where there is none. For the audience's <c>campaign NAME …</c>.</summary>
    public async Task<long?> NumberOfAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id FROM campaign WHERE org = @org AND name_index = @key", ("@org", Org), ("@key", NameIndex(name)));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long id ? id : null;
    }

    /// <summary>Campaigns in a state, for the host's start.</summary>
    internal async Task<IReadOnlyList<long>> InStateAsync(CampaignState state, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id FROM campaign WHERE org = @org AND state = @state ORDER BY id", ("@org", Org), ("@state", (int)state));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            ids.Add(reader.GetInt64(0));
        return ids;
    }

    /// <summary>Adds a draft; returns its number.</summary>
    /// <exception cref="RefusedException">The name is taken.</exception>
    internal Task<long> AddAsync(CampaignContent content, string author, CancellationToken cancellationToken) =>
        _context.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (await ScalarAsync(transaction, "SELECT id FROM campaign WHERE org = @org AND name_index = @key", [("@org", Org), ("@key", NameIndex(content.Name))], token).ConfigureAwait(false) is not null)
                    throw new RefusedException($"There is already a campaign \"{content.Name}\". Choose another name, or revise that one while it is not being sent.");
                // Rows replayed from the journal may belong to campaigns that a restored database no longer has: their numbers stay taken.
                var newest = await ScalarAsync(transaction, "SELECT MAX(id) FROM campaign WHERE org = @org", [("@org", Org)], token).ConfigureAwait(false) ?? 0;
                var id = 1 + Math.Max(newest, await ScalarAsync(transaction, "SELECT MAX(campaign) FROM delivery WHERE org = @org", [("@org", Org)], token).ConfigureAwait(false) ?? 0);
                await Sql.ExecuteAsync(
                    transaction,
                    "INSERT INTO campaign (org, id, name_index, name, state, version, author, created_at) VALUES (@org, @id, @index, @name, 0, 1, @author, @now)",
                    [
                        ("@org", Org), ("@id", id), ("@index", NameIndex(content.Name)), ("@name", Keys.Seal(NameContext(id), Encoding.UTF8.GetBytes(content.Name))),
                        ("@author", author), ("@now", Now),
                    ],
                    token).ConfigureAwait(false);
                await AddVersionAsync(transaction, id, 1, content, author, token).ConfigureAwait(false);
                await LedgerAsync(transaction, id, "campaign.created", author, null, token).ConfigureAwait(false);
                return id;
            },
            cancellationToken);

    /// <summary>Adds a version; the campaign is a draft again and an approval is void.</summary>
    internal Task ReviseAsync(long id, CampaignContent content, string author, CancellationToken cancellationToken) =>
        _context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var state = await StateAsync(transaction, id, token).ConfigureAwait(false);
                var after = Allowed(id, state, CampaignAct.Revise);
                var version = 1 + (await ScalarAsync(transaction, "SELECT version FROM campaign WHERE org = @org AND id = @id", [("@org", Org), ("@id", id)], token).ConfigureAwait(false) ?? 0);
                await Sql.ExecuteAsync(
                    transaction,
                    """
                    UPDATE campaign SET state = @state, version = @version, author = @author, approver = NULL, approved_hash = NULL, as_of = NULL, scheduled_at = NULL
                    WHERE org = @org AND id = @id
                    """,
                    [("@state", (int)after), ("@version", version), ("@author", author), ("@org", Org), ("@id", id)],
                    token).ConfigureAwait(false);
                await AddVersionAsync(transaction, id, version, content, author, token).ConfigureAwait(false);
                return await LedgerAsync(transaction, id, "campaign.revised", author, $"version {version}", token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Makes a cancelled campaign of which nothing was started a draft again.</summary>
    /// <exception cref="RefusedException">It is not cancelled, or messages of it left.</exception>
    internal async Task BringBackAsync(Campaign campaign, string actor, CancellationToken cancellationToken)
    {
        if (campaign.StartedAt is not null)
            throw new RefusedException("Messages of it left, so it stays as it ended: copy it and change the copy.");
        await TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.BringBack, actor) { Columns = [("ended_at", null), ("approver", null), ("approved_hash", null), ("as_of", null), ("scheduled_at", null)] },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The content of an earlier version; null where there is none.</summary>
    internal async Task<CampaignContent?> VersionAsync(long id, int version, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT content FROM campaign_version WHERE org = @org AND campaign = @id AND version = @version", ("@org", Org), ("@id", id), ("@version", version));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] content
            ? MemoryPackSerializer.Deserialize<CampaignContent>(Keys.Open(ContentContext(id, version), content))
            : null;
    }

    /// <summary>Gives a draft another name.</summary>
    /// <exception cref="RefusedException">The name is taken.</exception>
    internal async Task RenameAsync(long id, string name, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var holder = await ScalarAsync(transaction, "SELECT id FROM campaign WHERE org = @org AND name_index = @key", [("@org", Org), ("@key", NameIndex(name))], cancellationToken).ConfigureAwait(false);
        if (holder is not null && holder != id)
            throw new RefusedException($"There is already a campaign \"{name}\". Choose another name.");
        await Sql.ExecuteAsync(
            transaction,
            "UPDATE campaign SET name_index = @index, name = @name WHERE org = @org AND id = @id",
            [("@index", NameIndex(name)), ("@name", Keys.Seal(NameContext(id), Encoding.UTF8.GetBytes(name))), ("@org", Org), ("@id", id)],
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Authors of every version and of drafts between them: none of them may approve.</summary>
    internal async Task<IReadOnlyList<string>> AuthorsAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT author FROM campaign_version WHERE org = @org AND campaign = @id UNION SELECT actor FROM campaign_writer WHERE org = @org AND campaign = @id", ("@org", Org), ("@id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var authors = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            authors.Add(reader.GetString(0));
        return authors;
    }

    /// <summary>Makes a transition with its ledger event, in a transaction of its own.</summary>
    /// <exception cref="RefusedException">The state does not allow it; the message says what to do instead.</exception>
    internal Task<CampaignState> TransitAsync(CampaignTransition transition, CancellationToken cancellationToken) =>
        _context.Database.WriteAsync((transaction, token) => TransitAsync(transition, transaction, token), cancellationToken);

    /// <summary>Makes a transition with its ledger event.</summary>
    internal async Task<CampaignState> TransitAsync(CampaignTransition transition, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var state = await StateAsync(transaction, transition.Campaign, cancellationToken).ConfigureAwait(false);
        var after = Allowed(transition.Campaign, state, transition.Act);
        var sets = string.Concat(transition.Columns.Select(column => $", {column.Name} = @{column.Name}"));
        var guard = (transition.Version is null ? "" : " AND version = @expected") + (transition.DueAt is null ? "" : " AND scheduled_at = @due");
        List<(string, object?)> parameters = [("@state", (int)after), ("@org", Org), ("@id", transition.Campaign), ("@before", (int)state), .. transition.Columns.Select(column => ($"@{column.Name}", column.Value))];
        if (transition.Version is { } version)
            parameters.Add(("@expected", version));
        if (transition.DueAt is { } due)
            parameters.Add(("@due", Sql.Stored(due)));
        var changed = await Sql.ExecuteAsync(transaction, $"UPDATE campaign SET state = @state{sets} WHERE org = @org AND id = @id AND state = @before{guard}", [.. parameters], cancellationToken).ConfigureAwait(false);
        if (changed != 1)
            throw new RefusedException("The campaign was changed by someone else at this moment. Look at it again.");
        await LedgerAsync(transaction, transition.Campaign, "campaign." + Word(transition.Act), transition.Actor, transition.Detail, cancellationToken).ConfigureAwait(false);
        if (RemarkRows.KindOf(transition.Act) is { } kind && (transition.Words is not null || transition.Act is not (CampaignAct.Pause or CampaignAct.Resume)))
            await new RemarkRows(_context).AddAsync(transition.Campaign, kind, transition.Actor, transition.Words, transaction, cancellationToken).ConfigureAwait(false);
        return after;
    }

    /// <summary>The state a campaign has in this transaction.</summary>
    internal async Task<CampaignState> StateAsync(DbTransaction transaction, long id, CancellationToken cancellationToken) =>
        await ScalarAsync(transaction, "SELECT state FROM campaign WHERE org = @org AND id = @id", [("@org", Org), ("@id", id)], cancellationToken).ConfigureAwait(false) is { } state
            ? (CampaignState)state
            : throw new RefusedException($"There is no campaign {id}.") { Kind = RefusalKind.NotFound };

    private long Now => Sql.Stored(_context.Time.GetUtcNow());

    private byte[] NameIndex(string name) => Keys.BlindIndex("campaign", name.ToLowerInvariant());

    internal static string OpenName(KeyRing keys, long id, byte[] sealedName) => Encoding.UTF8.GetString(keys.Open(NameContext(id), sealedName));

    private static string NameContext(long id) => string.Create(CultureInfo.InvariantCulture, $"campaign:{id}:name");

    private static string ContentContext(long id, long version) => string.Create(CultureInfo.InvariantCulture, $"campaign:{id}:content:{version}");

    private static string Word(CampaignAct act) => act switch
    {
        CampaignAct.Submit => "submitted",
        CampaignAct.SendBack => "sent-back",
        CampaignAct.Approve => "approved",
        CampaignAct.Schedule => "scheduled",
        CampaignAct.Unschedule => "unscheduled",
        CampaignAct.Send => "started",
        CampaignAct.Pause => "paused",
        CampaignAct.Resume => "resumed",
        CampaignAct.Cancel => "cancelled",
        CampaignAct.BringBack => "brought-back",
        CampaignAct.Finish => "finished",
        _ => "revised",
    };

    private static CampaignState Allowed(long id, CampaignState state, CampaignAct act) =>
        CampaignLifecycle.After(state, act)
        ?? throw new RefusedException($"Campaign {id} is {state.ToString().ToLowerInvariant()}, so it cannot be {Word(act)}: {CampaignLifecycle.Advice(state, act)}.");

    private async Task AddVersionAsync(DbTransaction transaction, long id, long version, CampaignContent content, string author, CancellationToken cancellationToken)
    {
        await new AttachmentRows(_context).FixAsync(id, version, content.Files, transaction, cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(
            transaction,
            "INSERT INTO campaign_version (org, campaign, version, author, created_at, content) VALUES (@org, @id, @version, @author, @now, @content)",
            [
                ("@org", Org), ("@id", id), ("@version", version), ("@author", author), ("@now", Now),
                ("@content", Keys.Seal(ContentContext(id, version), MemoryPackSerializer.Serialize(content))),
            ],
            cancellationToken).ConfigureAwait(false);
    }

    private Task<long> LedgerAsync(DbTransaction transaction, long id, string kind, string actor, string? detail, CancellationToken cancellationToken) =>
        _context.Ledger.AppendAsync(
            new AuditEvent(_context.Organisation.Id, kind, actor, null, id.ToString(CultureInfo.InvariantCulture), "done", detail), transaction, cancellationToken);

    private static async Task<long?> ScalarAsync(DbTransaction transaction, string text, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, text, parameters);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long value ? value : null;
    }

    private async Task<Campaign?> ReadOneAsync(string where, object key, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            $"SELECT {Columns}, v.content FROM campaign c JOIN campaign_version v ON v.org = c.org AND v.campaign = c.id AND v.version = c.version WHERE c.org = @org AND {where}",
            ("@org", Org),
            ("@key", key));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? Read(reader) : null;
    }

    private Campaign Read(DbDataReader reader)
    {
        var id = reader.GetInt64(0);
        var version = reader.GetInt64(2);
        DateTimeOffset? Instant(int column) => reader.IsDBNull(column) ? null : Sql.Instant(reader.GetInt64(column));
        return new Campaign
        {
            Id = id,
            State = (CampaignState)reader.GetInt64(1),
            Version = checked((int)version),
            Author = reader.GetString(3),
            Approver = reader.IsDBNull(4) ? null : reader.GetString(4),
            ApprovedHash = reader.IsDBNull(5) ? null : reader.GetString(5),
            AsOf = reader.IsDBNull(6) ? null : DateOnly.FromDayNumber(checked((int)reader.GetInt64(6))),
            CreatedAt = Sql.Instant(reader.GetInt64(7)),
            ScheduledAt = Instant(8),
            StartedAt = Instant(9),
            EndedAt = Instant(10),
            Selected = reader.GetInt64(11),
            SelectedThrough = checked((int)reader.GetInt64(12)),
            SelectionDone = reader.GetInt64(13) != 0,
            PausedForComplaints = reader.GetInt64(14) == PauseForComplaints.Mark,
            PausedForOptOut = reader.GetInt64(14) == WatchOptOut.Mark,
            ComplaintsSeen = reader.GetInt64(15),
            Content = MemoryPackSerializer.Deserialize<CampaignContent>(Keys.Open(ContentContext(id, version), reader.GetFieldValue<byte[]>(16)))
                ?? throw new InvalidDataException($"Campaign {id} holds no content. Restore it from a backup."),
        };
    }
}
