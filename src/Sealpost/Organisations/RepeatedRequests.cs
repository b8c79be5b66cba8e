using System.Buffers.Binary;
using System.Data.Common;
using System.Text;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Organisations;

/// <summary>What an API write answered, by the caller's own key for it, so that a repeated request is answered and not done again.</summary>
internal sealed class RepeatedRequests(OrganisationContext context)
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const string Sealing = "api-reply";

    private OrganisationId Organisation => context.Organisation.Id;

    /// <summary>Claims a key for a request about to run; or gives the answer of the earlier one.</summary>
    /// <param name="caller">Id of the actor; two actors' keys never meet.</param>
    /// <param name="key">The Idempotency-Key.</param>
    /// <param name="request">Roles, method, address and body.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <returns>Null where the request is to run now.</returns>
    /// <exception cref="RefusedException">The key was used for another request, or the earlier request has not ended.</exception>
    public Task<KeptReply?> ClaimAsync(string caller, string key, string request, CancellationToken cancellationToken)
    {
        var (index, hash) = (Index(caller, key), context.Keys.BlindIndex("api-request", request));
        return context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var now = Sql.Stored(context.Time.GetUtcNow());
                await Sql.ExecuteAsync(
                    transaction, "DELETE FROM api_reply WHERE org = @org AND created_at < @old",
                    [("@org", Organisation.Value), ("@old", now - (long)Kept.TotalMilliseconds)], token).ConfigureAwait(false);
                var earlier = await FindAsync(transaction, index, hash, token).ConfigureAwait(false);
                if (earlier is not null)
                    return earlier;
                await Sql.ExecuteAsync(
                    transaction, "INSERT INTO api_reply (org, key_index, request, created_at, status) VALUES (@org, @key, @request, @now, 0)",
                    [("@org", Organisation.Value), ("@key", index), ("@request", hash), ("@now", now)], token).ConfigureAwait(false);
                return null;
            },
            cancellationToken);
    }

    /// <summary>Keeps the answer of a claimed request.</summary>
    public Task KeepAsync(string caller, string key, KeptReply reply, CancellationToken cancellationToken) => context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction, "UPDATE api_reply SET status = @status, reply = @reply WHERE org = @org AND key_index = @key",
            [("@status", reply.Status), ("@reply", context.Keys.Seal(Sealing, reply.ToBytes())), ("@org", Organisation.Value), ("@key", Index(caller, key))], token),
        cancellationToken);

    /// <summary>Gives a claim back: the request failed for a reason of ours, and may be tried again.</summary>
    public Task ReleaseAsync(string caller, string key, CancellationToken cancellationToken) => context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction, "DELETE FROM api_reply WHERE org = @org AND key_index = @key AND status = 0",
            [("@org", Organisation.Value), ("@key", Index(caller, key))], token),
        cancellationToken);

    private async Task<KeptReply?> FindAsync(DbTransaction transaction, byte[] index, byte[] request, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, "SELECT request, status, reply FROM api_reply WHERE org = @org AND key_index = @key", ("@org", Organisation.Value), ("@key", index));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            return null;
        if (!((byte[])reader.GetValue(0)).AsSpan().SequenceEqual(request))
            throw new RefusedException("This Idempotency-Key was used for another request, or under other roles. Use a new key for each request that you mean.");
        var status = (int)reader.GetInt64(1);
        return status == 0
            ? throw new RefusedException("The first request with this Idempotency-Key has not ended, or the server stopped while it ran. Read the state of what you meant to change, then use a new key.") { Kind = RefusalKind.Changed }
            : KeptReply.FromBytes(status, context.Keys.Open(Sealing, (byte[])reader.GetValue(2)));
    }

    private byte[] Index(string caller, string key) => context.Keys.BlindIndex("api-key", caller + "\n" + key);
}

/// <summary>An answer as it was sent.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type; empty without a body.</param>
/// <param name="Body">Bytes; may hold PHI.</param>
internal sealed record KeptReply(int Status, string ContentType, byte[] Body)
{
    // Answers kept before there were headers begin with the length of their media type, which is always less.
    private const byte WithHeaders = 0xFF;

    /// <summary>Where what was made is found (RFC 9110 §10.2.2); empty for none.</summary>
    public string Location { get; init; } = "";

    /// <summary>False where the body was too large to keep.</summary>
    public bool IsWhole { get; init; } = true;

    public byte[] ToBytes()
    {
        var head = Encoding.UTF8.GetBytes($"{ContentType}\n{Location}\n{(IsWhole ? "whole" : "")}");
        var bytes = new byte[3 + head.Length + Body.Length];
        bytes[0] = WithHeaders;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), checked((ushort)head.Length));
        head.CopyTo(bytes, 3);
        Body.CopyTo(bytes, 3 + head.Length);
        return bytes;
    }

    public static KeptReply FromBytes(int status, byte[] bytes)
    {
        if (bytes[0] != WithHeaders)
            return new(status, Encoding.ASCII.GetString(bytes, 1, bytes[0]), bytes[(1 + bytes[0])..]);
        var end = 3 + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(1));
        var head = Encoding.UTF8.GetString(bytes.AsSpan(3, end - 3)).Split('\n');
        return new(status, head[0], bytes[end..]) { Location = head[1], IsWhole = head[2].Length > 0 };
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
