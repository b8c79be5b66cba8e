using System.Data.Common;
using System.Globalization;
using System.Text;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>What a token stands for.</summary>
/// <param name="Campaign">Campaign.</param>
/// <param name="Patient">Whose message.</param>
/// <param name="Number">Which link.</param>
/// <param name="Url">Where it leads.</param>
internal sealed record FoundLink(long Campaign, PatientNumber Patient, int Number, string Url)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Tokens of counted links and where they lead. Tokens are stored as hashes, targets sealed.</summary>
internal static class LinkRows
{
    private static readonly BulkTable Tokens = new("link_token", ["org", "token", "campaign", "patient", "number", "expires_at"], 2);
    private static readonly BulkTable Targets = new("link_target", ["org", "campaign", "number", "url"], 3) { KeepExisting = true };

    /// <summary>Stores the links of messages about to leave.</summary>
    public static async Task AddAsync(OrganisationContext context, IReadOnlyList<Intent> intents, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var org = (long)context.Organisation.Id.Value;
        var expires = Sql.Stored(context.Time.GetUtcNow() + CountedLinks.Life);
        var tokens = new List<object?[]>();
        var targets = new Dictionary<(long, int), object?[]>();
        foreach (var intent in intents)
        {
            foreach (var link in intent.Links)
            {
                tokens.Add([org, link.TokenHash, intent.Campaign, (long)intent.Patient.Value, (long)link.Number, expires]);
                if (!targets.ContainsKey((intent.Campaign, link.Number)))
                    targets[(intent.Campaign, link.Number)] = [org, intent.Campaign, (long)link.Number, context.Keys.Seal(Place(intent.Campaign, link.Number), Encoding.UTF8.GetBytes(link.Url))];
            }
        }

        if (tokens.Count == 0)
            return;
        await context.Database.BulkUpsertAsync(Targets, [.. targets.Values], transaction, cancellationToken).ConfigureAwait(false);
        await context.Database.BulkUpsertAsync(Tokens, tokens, transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the links of a campaign lead, by number.</summary>
    public static async Task<IReadOnlyDictionary<int, string>> TargetsAsync(OrganisationContext context, long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT number, url FROM link_target WHERE org = @org AND campaign = @campaign", ("@org", context.Organisation.Id.Value), ("@campaign", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var targets = new SortedDictionary<int, string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var number = checked((int)reader.GetInt64(0));
            targets[number] = Open(context, campaign, number, reader.GetFieldValue<byte[]>(1));
        }

        return targets;
    }

    /// <summary>What a token stands for; null for one that is not ours, or expired.</summary>
    public static async Task<FoundLink?> FindAsync(OrganisationContext context, byte[] tokenHash, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT t.campaign, t.patient, t.number, a.url FROM link_token t JOIN link_target a ON a.org = t.org AND a.campaign = t.campaign AND a.number = t.number
            WHERE t.org = @org AND t.token = @token AND t.expires_at > @now
            """,
            ("@org", context.Organisation.Id.Value), ("@token", tokenHash), ("@now", Sql.Stored(context.Time.GetUtcNow())));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            return null;
        var (campaign, number) = (reader.GetInt64(0), checked((int)reader.GetInt64(2)));
        return new FoundLink(campaign, new PatientNumber(checked((int)reader.GetInt64(1))), number, Open(context, campaign, number, reader.GetFieldValue<byte[]>(3)));
    }

    /// <summary>Forgets tokens that lead nowhere any more.</summary>
    public static Task ForgetExpiredAsync(OrganisationContext context, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(
                transaction, "DELETE FROM link_token WHERE org = @org AND expires_at <= @now", [("@org", context.Organisation.Id.Value), ("@now", Sql.Stored(context.Time.GetUtcNow()))], token),
            cancellationToken);

    private static string Open(OrganisationContext context, long campaign, int number, byte[] url) => Encoding.UTF8.GetString(context.Keys.Open(Place(campaign, number), url));

    private static string Place(long campaign, int number) => string.Create(CultureInfo.InvariantCulture, $"campaign:{campaign}:link:{number}");
}
