using System.Data.Common;
using System.Globalization;
using System.Text;
using MemoryPack;
using Sealpost.Delivery.Pacing;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns.Destinations;

/// <summary>Receiving hosts by number with what is known of their pace, as stored: names and states sealed.</summary>
internal sealed class PaceStore(OrganisationContext context)
{
    /// <summary>Number under which the organisation as a whole is paced.</summary>
    public const int Whole = 0;

    private int Org => context.Organisation.Id.Value;

    /// <summary>The number of a host, made where it is new.</summary>
    public Task<int> NumberAsync(string host, CancellationToken cancellationToken) =>
        context.Database.WriteAsync((transaction, token) => NumberAsync(host, transaction, token), cancellationToken);

    /// <summary>The host that a domain's mail last went to; a domain that none was reached for yet stands for itself.</summary>
    public async Task<int> OfDomainAsync(int destination, string domain, CancellationToken cancellationToken)
    {
        await using (var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await using var command = Sql.Command(connection, "SELECT pace FROM destination WHERE org = @org AND id = @id", ("@org", Org), ("@id", destination));
            if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long and > 0 and var known)
                return checked((int)known);
        }

        return await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var number = await NumberAsync(domain, transaction, token).ConfigureAwait(false);
                await NoteAsync(destination, number, transaction, token).ConfigureAwait(false);
                return number;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes that a domain's mail goes to a host.</summary>
    public Task<int> MoveAsync(int destination, string host, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var number = await NumberAsync(host, transaction, token).ConfigureAwait(false);
                await NoteAsync(destination, number, transaction, token).ConfigureAwait(false);
                return number;
            },
            cancellationToken);

    /// <summary>What is stored of a host's pace; a new one's where nothing is.</summary>
    public async Task<PaceState> LoadAsync(int number, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT state FROM pace WHERE org = @org AND id = @id", ("@org", Org), ("@id", number));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is byte[] state ? OpenState(number, state) : new PaceState();
    }

    /// <summary>All hosts by number.</summary>
    public async Task<IReadOnlyDictionary<int, (string Host, PaceState State)>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, host, state FROM pace WHERE org = @org", ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var all = new Dictionary<int, (string, PaceState)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var number = checked((int)reader.GetInt64(0));
            all[number] = (Encoding.ASCII.GetString(context.Keys.Open(HostContext(number), reader.GetFieldValue<byte[]>(1))), OpenState(number, reader.GetFieldValue<byte[]>(2)));
        }

        return all;
    }

    /// <summary>Stores what is known now.</summary>
    public Task SaveAsync(IReadOnlyList<(int Number, PaceState State)> states, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var (number, state) in states)
                {
                    if (number == Whole)
                        await AddAsync(Whole, "", transaction, token).ConfigureAwait(false);
                    await Sql.ExecuteAsync(
                        transaction,
                        "UPDATE pace SET state = @state WHERE org = @org AND id = @id",
                        [("@state", Seal(number, state)), ("@org", Org), ("@id", number)],
                        token).ConfigureAwait(false);
                }

                return states.Count;
            },
            cancellationToken);

    /// <summary>First day of sending from a domain and address, as day number; today where there is none yet.</summary>
    public Task<int> StartedOnAsync(string source, DateOnly today, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                (string, object?)[] key = [("@org", Org), ("@source", context.Keys.BlindIndex("warm-up", source))];
                await Sql.ExecuteAsync(transaction, "INSERT INTO warm_up (org, source, started_on) VALUES (@org, @source, @today) ON CONFLICT (org, source) DO NOTHING", [.. key, ("@today", today.DayNumber)], token).ConfigureAwait(false);
                await using var command = Sql.Command(transaction, "SELECT started_on FROM warm_up WHERE org = @org AND source = @source", key);
                return Convert.ToInt32(await command.ExecuteScalarAsync(token).ConfigureAwait(false), CultureInfo.InvariantCulture);
            },
            cancellationToken);

    private async Task<int> NumberAsync(string host, DbTransaction transaction, CancellationToken cancellationToken)
    {
        (string, object?)[] key = [("@org", Org), ("@index", context.Keys.BlindIndex("host", host))];
        await using var known = Sql.Command(transaction, "SELECT id FROM pace WHERE org = @org AND host_index = @index", key);
        if (await known.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long found)
            return checked((int)found);
        await using var newest = Sql.Command(transaction, "SELECT MAX(id) FROM pace WHERE org = @org", ("@org", Org));
        var number = await newest.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long last ? checked((int)last + 1) : 1;
        await AddAsync(number, host, transaction, cancellationToken).ConfigureAwait(false);
        return number;
    }

    private Task<int> AddAsync(int number, string host, DbTransaction transaction, CancellationToken cancellationToken) => Sql.ExecuteAsync(
        transaction,
        "INSERT INTO pace (org, id, host_index, host, state) VALUES (@org, @id, @index, @host, @state) ON CONFLICT (org, id) DO NOTHING",
        [
            ("@org", Org), ("@id", number), ("@index", context.Keys.BlindIndex("host", host)),
            ("@host", context.Keys.Seal(HostContext(number), Encoding.ASCII.GetBytes(host))), ("@state", Seal(number, new PaceState())),
        ],
        cancellationToken);

    private Task<int> NoteAsync(int destination, int number, DbTransaction transaction, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(transaction, "UPDATE destination SET pace = @pace WHERE org = @org AND id = @id", [("@pace", number), ("@org", Org), ("@id", destination)], cancellationToken);

    private byte[] Seal(int number, PaceState state) => context.Keys.Seal(StateContext(number), MemoryPackSerializer.Serialize(state));

    private PaceState OpenState(int number, byte[] state) => MemoryPackSerializer.Deserialize<PaceState>(context.Keys.Open(StateContext(number), state)) ?? new PaceState();

    private static string HostContext(int number) => string.Create(CultureInfo.InvariantCulture, $"pace:{number}:host");

    private static string StateContext(int number) => string.Create(CultureInfo.InvariantCulture, $"pace:{number}:state");
}
