using System.Data.Common;
using System.Globalization;
using MemoryPack;
using Sealpost.Campaigns.Attachments;
using Sealpost.Content.Drafts;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Campaigns;

/// <summary>A draft as it stands.</summary>
/// <param name="Campaign">Its campaign.</param>
/// <param name="Draft">What was written.</param>
/// <param name="Revision">Counts its changes; a writer names the one last seen.</param>
/// <param name="SavedAt">UTC.</param>
/// <param name="SavedBy">User id.</param>
/// <param name="Problems">What still keeps it from being submitted.</param>
/// <param name="Consequence">What follows from purpose and payment; null while unanswered.</param>
public sealed record OpenDraft(
    Campaign Campaign, CampaignDraft Draft, long Revision, DateTimeOffset SavedAt, string SavedBy, IReadOnlyList<DraftProblem> Problems, PurposeConsequence? Consequence)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Writes campaigns step by step. What is written is kept at once, sealed, however incomplete; it counts only once it is submitted.</summary>
public sealed class CampaignDrafts
{
    private readonly OrganisationContext _context;
    private readonly CampaignDesk _desk;

    /// <summary>Creates it over a desk.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="desk">Where finished drafts go.</param>
    public CampaignDrafts(OrganisationContext context, CampaignDesk desk) => (_context, _desk) = (context, desk);

    /// <summary>The organisation lets clicks be counted (45 CFR 164.501 "health care operations").</summary>
    /// <value>Default: false.</value>
    public bool ClicksAllowed { get; init; }

    private int Org => _context.Organisation.Id.Value;

    /// <summary>Starts an empty campaign.</summary>
    /// <exception cref="RefusedException">The name is taken or cannot be used, or the actor is no marketer.</exception>
    public async Task<Campaign> StartAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        if (CampaignRules.NameProblem(name) is { } problem)
            throw new RefusedException($"That name cannot be used: {problem}.");
        return await _desk.CreateAsync(new CampaignContent { Name = name, Purpose = (Consent.Purpose)(-1) }, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The draft of a campaign, with what it lacks. Where nothing was written since the last version, that version.</summary>
    /// <exception cref="RefusedException">There is no such campaign.</exception>
    public async Task<OpenDraft> ReadAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance, "read drafts of campaigns");
        var campaign = await _desk.GetAsync(id, cancellationToken).ConfigureAwait(false);
        return await OpenAsync(campaign, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps a draft; returns it with its new revision and problems.</summary>
    /// <param name="id">The campaign; it must be a draft.</param>
    /// <param name="draft">What was written, complete or not.</param>
    /// <param name="revision">Revision last seen.</param>
    /// <param name="actor">Who wrote it; may not approve it later.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="RefusedException">Somebody else saved meanwhile (<see cref="RefusalKind.Changed"/>), the campaign is no draft, or it is too long.</exception>
    public async Task<OpenDraft> SaveAsync(long id, CampaignDraft draft, long revision, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "write campaigns");
        if (draft.Audience.Length + draft.ToMessage().All.Max(variant => variant.Body.Length + (variant.Text?.Length ?? 0)) > CampaignFile.MaxLength)
            throw new RefusedException($"The campaign is longer than {CampaignFile.MaxLength} characters and is not kept. Shorten the message.");
        if (draft.Variants.Count > MessageDraft.MaxVariants)
            throw new RefusedException($"A message has at most {MessageDraft.MaxVariants} language variants besides its fallback. Take some out.");
        await _context.Database.WriteAsync((transaction, token) => WriteAsync(id, draft, revision, actor, transaction, token), cancellationToken).ConfigureAwait(false);
        return await ReadAsync(id, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says what a draft lacks without keeping it.</summary>
    public async Task<IReadOnlyList<DraftProblem>> CheckAsync(CampaignDraft draft, CancellationToken cancellationToken) =>
        CheckDraft.Run(draft, await _desk.RulesAsync(cancellationToken).ConfigureAwait(false), ClicksAllowed);

    /// <summary>What would happen if a complete draft were sent now; reads every chart of the audience, shows none. To tens for who may not see patients.</summary>
    /// <param name="id">The campaign, a draft.</param>
    /// <param name="look">Whether the mail hosts of the audience are looked at first, each once; takes up to minutes.</param>
    /// <param name="progress">Told how far the look is.</param>
    /// <param name="actor">Who may read drafts.</param>
    /// <param name="cancellationToken">Stops it; what was seen of hosts is kept.</param>
    /// <exception cref="RefusedException">Something is still missing.</exception>
    public async Task<CampaignForecast> ForecastAsync(long id, bool look, IProgress<Destinations.ProbeProgress>? progress, Actor actor, CancellationToken cancellationToken)
    {
        var open = await ReadAsync(id, actor, cancellationToken).ConfigureAwait(false);
        if (open.Problems.Count > 0)
            throw new RefusedException($"Nothing can be forecast yet: {open.Problems[0].Message}");
        var forecast = await _desk.ForecastAsync(open.Campaign with { Content = open.Draft.ToContent(_context.Organisation.TimeZone) }, look, progress, cancellationToken).ConfigureAwait(false);
        return AudienceDesk.MaySeePatients(actor) ? forecast : forecast.Rounded();
    }

    /// <summary>Makes a version of a complete draft and hands it over for approval.</summary>
    /// <param name="id">The campaign.</param>
    /// <param name="revision">Revision last seen: what is submitted is what was looked at.</param>
    /// <param name="words">For the approver; null for none.</param>
    /// <param name="actor">A marketer.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">Something is missing, or somebody else saved meanwhile.</exception>
    public async Task<Campaign> SubmitAsync(long id, long revision, string? words, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "submit campaigns");
        var open = await ReadAsync(id, actor, cancellationToken).ConfigureAwait(false);
        if (open.Revision != revision)
            throw Changed();
        if (open.Problems.Count > 0)
            throw new RefusedException($"It cannot be submitted yet: {open.Problems[0].Message}{(open.Problems.Count > 1 ? $" And {open.Problems.Count - 1} more." : "")}");
        var content = open.Draft.ToContent(_context.Organisation.TimeZone);
        if (content != open.Campaign.Content)
            await _desk.Store.ReviseAsync(id, content, actor.Id, cancellationToken).ConfigureAwait(false);
        return await _desk.SubmitAsync(content.Name, words, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a submitted, approved or scheduled campaign a draft again, or one that was cancelled before anything of it was sent; an approval is void.</summary>
    /// <exception cref="RefusedException">Messages of it left.</exception>
    public async Task<Campaign> ReopenAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "write campaigns");
        var campaign = await _desk.GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (campaign.State == CampaignState.Cancelled)
            await _desk.Store.BringBackAsync(campaign, actor.Id, cancellationToken).ConfigureAwait(false);
        else if (campaign.State != CampaignState.Draft)
            await _desk.Store.ReviseAsync(id, campaign.Content, actor.Id, cancellationToken).ConfigureAwait(false);
        return await _desk.GetAsync(id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> WriteAsync(long id, CampaignDraft draft, long revision, Actor actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await _desk.Store.StateAsync(transaction, id, cancellationToken).ConfigureAwait(false) is not CampaignState.Draft)
            throw new RefusedException("The campaign is no draft any more: nothing was kept. Open it for changes first, which voids its approval.");
        await using var last = Sql.Command(transaction, "SELECT revision FROM campaign_draft WHERE org = @org AND campaign = @id", ("@org", Org), ("@id", id));
        if ((await last.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as long? ?? 0) != revision)
            throw Changed();
        var files = new AttachmentRows(_context);
        draft = draft with { Files = await files.AsStoredAsync(draft.Files, transaction, cancellationToken).ConfigureAwait(false) };
        await files.CarryAsync(id, draft.Files, transaction, cancellationToken).ConfigureAwait(false);
        if (CampaignRules.NameProblem(draft.Name) is null)
            await _desk.Store.RenameAsync(id, draft.Name, transaction, cancellationToken).ConfigureAwait(false);
        await Sql.ExecuteAsync(
            transaction,
            """
            INSERT INTO campaign_draft (org, campaign, revision, author, saved_at, content) VALUES (@org, @id, @revision, @author, @now, @content)
            ON CONFLICT (org, campaign) DO UPDATE SET revision = excluded.revision, author = excluded.author, saved_at = excluded.saved_at, content = excluded.content
            """,
            [
                ("@org", Org), ("@id", id), ("@revision", revision + 1), ("@author", actor.Id), ("@now", Sql.Stored(_context.Time.GetUtcNow())),
                ("@content", _context.Keys.Seal(Place(id), MemoryPackSerializer.Serialize(draft))),
            ],
            cancellationToken).ConfigureAwait(false);
        return await Sql.ExecuteAsync(
            transaction, "INSERT INTO campaign_writer (org, campaign, actor) VALUES (@org, @id, @actor) ON CONFLICT DO NOTHING", [("@org", Org), ("@id", id), ("@actor", actor.Id)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Files of a campaign's draft.</summary>
    internal async Task<IReadOnlyList<Attachment>> FilesAsync(Campaign campaign, CancellationToken cancellationToken) => (await FindAsync(campaign, cancellationToken).ConfigureAwait(false)).Draft.Files;

    private async Task<OpenDraft> OpenAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        var (draft, revision, at, by) = await FindAsync(campaign, cancellationToken).ConfigureAwait(false);
        return new OpenDraft(campaign, draft, revision, at, by, await CheckAsync(draft, cancellationToken).ConfigureAwait(false), PurposeAdvice.Of(draft));
    }

    private async Task<(CampaignDraft Draft, long Revision, DateTimeOffset At, string By)> FindAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT d.revision, d.author, d.saved_at, d.content, v.created_at FROM campaign_version v
            LEFT JOIN campaign_draft d ON d.org = v.org AND d.campaign = v.campaign WHERE v.org = @org AND v.campaign = @id AND v.version = @version
            """,
            ("@org", Org), ("@id", campaign.Id), ("@version", campaign.Version));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var versionAt = Sql.Instant(reader.GetInt64(4));
        var revision = reader.IsDBNull(0) ? 0 : reader.GetInt64(0);

        // A version made elsewhere, by a file for one, replaces what was written here before it.
        return revision == 0 || Sql.Instant(reader.GetInt64(2)) < versionAt
            ? (CampaignDraft.Of(campaign.Content, _context.Organisation.TimeZone), revision, versionAt, campaign.Author)
            : (MemoryPackSerializer.Deserialize<CampaignDraft>(_context.Keys.Open(Place(campaign.Id), reader.GetFieldValue<byte[]>(3))) ?? throw new InvalidDataException("A draft holds nothing. Write it again."),
                revision, Sql.Instant(reader.GetInt64(2)), reader.GetString(1));
    }

    private static RefusedException Changed() =>
        new("Somebody else, or you in another window, changed this draft meanwhile. Nothing was overwritten: load the page again to see it.") { Kind = RefusalKind.Changed };

    private static string Place(long id) => string.Create(CultureInfo.InvariantCulture, $"campaign:{id}:draft");
}
