using System.Net;
using System.Net.Sockets;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns.Pickup;

/// <summary>Wrong proofs by block of network addresses: whoever tries many patients is stopped, though no single patient's count is full. NIST SP 800-63B §5.2.2.</summary>
/// <remarks>A block is kept as a keyed hash and forgotten within a day.</remarks>
internal sealed class PickupBlocks(OrganisationContext context)
{
    /// <summary>Wrong proofs in an hour, over all patients, after which a block's answers are not looked at until the hour ends.</summary>
    public const int MostFailures = 20;

    private const int HoursKept = 24;

    private long Org => context.Organisation.Id.Value;

    private long Hour => Sql.Stored(context.Time.GetUtcNow()) / 3_600_000;

    /// <summary>The block of an address: 24 bits of IPv4, 56 of IPv6. Null for an address of this machine, which says nothing about who came.</summary>
    public static byte[]? Of(IPAddress? address)
    {
        if (address is null)
            return null;
        var real = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(real) ? null : real.GetAddressBytes()[..(real.AddressFamily == AddressFamily.InterNetwork ? 3 : 7)];
    }

    /// <summary>Whether answers from a block are not looked at now.</summary>
    public async Task<bool> IsClosedAsync(byte[]? block, CancellationToken cancellationToken)
    {
        if (block is null)
            return false;
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT failures FROM pickup_block WHERE org = @org AND block = @block AND hour = @hour", ("@org", Org), ("@block", HashOf(block)), ("@hour", Hour));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long failures && failures >= MostFailures;
    }

    /// <summary>Counts a wrong proof.</summary>
    public Task CountAsync(byte[]? block, CancellationToken cancellationToken) => block is null ? Task.CompletedTask : context.Database.WriteAsync(
        async (transaction, token) =>
        {
            await Sql.ExecuteAsync(transaction, "DELETE FROM pickup_block WHERE org = @org AND hour < @old", [("@org", Org), ("@old", Hour - HoursKept)], token).ConfigureAwait(false);
            await using var command = Sql.Command(
                transaction,
                """
                INSERT INTO pickup_block (org, block, hour, failures) VALUES (@org, @block, @hour, 1)
                ON CONFLICT (org, block) DO UPDATE SET hour = excluded.hour, failures = CASE WHEN pickup_block.hour = excluded.hour THEN pickup_block.failures + 1 ELSE 1 END
                RETURNING failures
                """,
                ("@org", Org), ("@block", HashOf(block)), ("@hour", Hour));
            if (await command.ExecuteScalarAsync(token).ConfigureAwait(false) is long and MostFailures)
                await context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "pickup.block-closed", "system", null, null, "done", $"failures={MostFailures}"), transaction, token).ConfigureAwait(false);
            return 0;
        },
        cancellationToken);

    private byte[] HashOf(byte[] block) => context.Keys.BlindIndex("address-block", Convert.ToHexString(block));
}
