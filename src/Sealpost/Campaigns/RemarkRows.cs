using System.Data.Common;
using System.Globalization;
using System.Text;
using Sealpost.Organisations;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>What happened to a campaign between author and approver.</summary>
public enum RemarkKind
{
    /// <summary>Words only.</summary>
    Comment = 0,

    /// <summary>Handed over for approval.</summary>
    Submitted = 1,

    /// <summary>Approved.</summary>
    Approved = 2,

    /// <summary>Sent back to its author, with the reason.</summary>
    SentBack = 3,

    /// <summary>Paused by itself, with the reason.</summary>
    Paused = 4,

    /// <summary>Let go on after that, with the reason.</summary>
    Resumed = 5,
}

/// <summary>A remark on a campaign. Its words can name conditions.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Version">Version of the content it is about.</param>
/// <param name="Actor">User id.</param>
/// <param name="At">UTC.</param>
/// <param name="Words">What was said; null for nothing.</param>
public sealed record CampaignRemark(RemarkKind Kind, int Version, string Actor, DateTimeOffset At, string? Words)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Remarks, oldest first; words are sealed.</summary>
internal sealed class RemarkRows(OrganisationContext context)
{
    /// <summary>Longest remark, in characters.</summary>
    public const int LongestWords = 4_000;

    private int Org => context.Organisation.Id.Value;

    public static RemarkKind? KindOf(CampaignAct act) => act switch
    {
        CampaignAct.Submit => RemarkKind.Submitted,
        CampaignAct.Approve => RemarkKind.Approved,
        CampaignAct.SendBack => RemarkKind.SentBack,
        CampaignAct.Pause => RemarkKind.Paused,
        CampaignAct.Resume => RemarkKind.Resumed,
        _ => null,
    };

    public async Task<long> AddAsync(long campaign, RemarkKind kind, string actor, string? words, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var trimmed = words?.Trim();
        if (trimmed?.Length > LongestWords)
            throw new RefusedException($"A comment has at most {LongestWords} characters. Shorten it.");
        await using var last = Sql.Command(transaction, "SELECT COALESCE(MAX(seq), 0) + 1 FROM campaign_remark WHERE org = @org AND campaign = @campaign", ("@org", Org), ("@campaign", campaign));
        var seq = Convert.ToInt64(await last.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
        await Sql.ExecuteAsync(
            transaction,
            """
            INSERT INTO campaign_remark (org, campaign, seq, version, kind, actor, at, body)
            SELECT @org, @campaign, @seq, version, @kind, @actor, @now, @body FROM campaign WHERE org = @org AND id = @campaign
            """,
            [
                ("@org", Org), ("@campaign", campaign), ("@seq", seq), ("@kind", (int)kind), ("@actor", actor), ("@now", Sql.Stored(context.Time.GetUtcNow())),
                ("@body", string.IsNullOrEmpty(trimmed) ? null : context.Keys.Seal(Place(campaign, seq), Encoding.UTF8.GetBytes(trimmed))),
            ],
            cancellationToken).ConfigureAwait(false);
        return seq;
    }

    public async Task<IReadOnlyList<CampaignRemark>> OfAsync(long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT seq, kind, version, actor, at, body FROM campaign_remark WHERE org = @org AND campaign = @campaign ORDER BY seq", ("@org", Org), ("@campaign", campaign));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var remarks = new List<CampaignRemark>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            remarks.Add(new CampaignRemark(
                (RemarkKind)reader.GetInt64(1),
                checked((int)reader.GetInt64(2)),
                reader.GetString(3),
                Sql.Instant(reader.GetInt64(4)),
                reader.IsDBNull(5) ? null : Encoding.UTF8.GetString(context.Keys.Open(Place(campaign, reader.GetInt64(0)), reader.GetFieldValue<byte[]>(5)))));
        }

        return remarks;
    }

    private static string Place(long campaign, long seq) => string.Create(CultureInfo.InvariantCulture, $"campaign:{campaign}:remark:{seq}");
}
