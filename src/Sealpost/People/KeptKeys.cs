using System.Text;
using Sealpost.Storage;

namespace Sealpost.People;

/// <summary>Keys of the pages' forms and short-lived cookies, sealed with the installation's key.</summary>
internal sealed class KeptKeys(PeopleContext context)
{
    public async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT id, sealed FROM protection_key ORDER BY created_at");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var kept = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            kept.Add(Encoding.UTF8.GetString(context.Keys.Open(Binding(reader.GetString(0)), reader.GetFieldValue<byte[]>(1))));
        return kept;
    }

    public Task AddAsync(string id, string text, CancellationToken cancellationToken) => context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction,
            "INSERT INTO protection_key (id, sealed, created_at) VALUES (@id, @sealed, @now)",
            [("@id", id), ("@sealed", context.Keys.Seal(Binding(id), Encoding.UTF8.GetBytes(text))), ("@now", Sql.Stored(context.Time.GetUtcNow()))],
            token),
        cancellationToken);

    private static string Binding(string id) => "protection-key:" + id;
}
