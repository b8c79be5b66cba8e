using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Sealpost.Trust.Keys;

namespace Sealpost.Trust.Ledger;

/// <summary>Rows of <c>ledger_checkpoint</c>.</summary>
internal static class CheckpointRows
{
    private const string Select = "SELECT size, root, signed_at, signature FROM ledger_checkpoint";

    public static Task InsertAsync(Checkpoint checkpoint, DbTransaction transaction, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "INSERT INTO ledger_checkpoint (size, root, signed_at, signature) VALUES (@size, @root, @at, @signature)",
            [("@size", checkpoint.Size), ("@root", checkpoint.Root.ToArray()), ("@at", checkpoint.SignedAt.ToUnixTimeMilliseconds()), ("@signature", checkpoint.Signature.ToArray())],
            cancellationToken);

    public static async Task<Checkpoint?> FindAsync(long size, LedgerKey key, CommandFactory command, CancellationToken cancellationToken)
    {
        await using var select = command($"{Select} WHERE size = @size", ("@size", size));
        return (await ReadAsync(select, key, cancellationToken)).FirstOrDefault();
    }

    /// <summary>The first checkpoint that covers an entry.</summary>
    public static async Task<Checkpoint?> CoveringAsync(long entry, LedgerKey key, CommandFactory command, CancellationToken cancellationToken)
    {
        await using var select = command($"{Select} WHERE size > @entry ORDER BY size LIMIT 1", ("@entry", entry));
        return (await ReadAsync(select, key, cancellationToken)).FirstOrDefault();
    }

    public static async Task<List<Checkpoint>> AllAsync(LedgerKey key, CommandFactory command, CancellationToken cancellationToken)
    {
        await using var select = command($"{Select} ORDER BY size");
        return await ReadAsync(select, key, cancellationToken);
    }

    /// <summary>What the checkpoint's own entry says of it, column by column: instant, root, hash of the signature.</summary>
    public static string Describe(Checkpoint checkpoint) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{checkpoint.SignedAt.ToUnixTimeMilliseconds()} {Convert.ToHexStringLower(checkpoint.Root.Span)} {Convert.ToHexStringLower(SHA256.HashData(checkpoint.Signature.Span))}");

    private static async Task<List<Checkpoint>> ReadAsync(DbCommand select, LedgerKey key, CancellationToken cancellationToken)
    {
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Checkpoint>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new Checkpoint(key.Origin, reader.GetInt64(0), reader.Bytes(1), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)), reader.Bytes(3)));
        return rows;
    }
}
