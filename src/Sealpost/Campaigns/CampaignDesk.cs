using System.Globalization;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Content.Previews;
using Sealpost.Library;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>What people do with a campaign before it is sent: write, look, submit, approve, copy. Each act is a ledger event of its actor.</summary>
public sealed class CampaignDesk
{
    private readonly OrganisationContext _context;
    private readonly SendOptions _options;
    private readonly CampaignStore _store;

    /// <summary>Creates the desk.</summary>
    public CampaignDesk(OrganisationContext context, SendOptions options)
    {
        _context = context;
        _options = options;
        _store = new CampaignStore(context);
    }

    /// <summary>The campaigns themselves.</summary>
    public CampaignStore Store => _store;

    /// <summary>What a campaign file is checked against now.</summary>
    public async Task<CampaignFileRules> RulesAsync(CancellationToken cancellationToken)
    {
        var names = (await _store.ListAsync(cancellationToken).ConfigureAwait(false)).Select(campaign => campaign.Name);
        return new CampaignFileRules(_context.Organisation, _context.Time.GetUtcNow(), names.ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>What a campaign file is checked against now, with the library's template that it names.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="actor">Who makes the campaign.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<CampaignFileRules> RulesAsync(string yaml, Actor actor, CancellationToken cancellationToken)
    {
        var rules = await RulesAsync(cancellationToken).ConfigureAwait(false);
        if (CampaignFile.TemplateNamedIn(yaml) is not { } named)
            return rules;
        try
        {
            return rules with { Template = await new ContentLibrary(_context).Templates.PinAsync(named.Name, named.Version, actor, cancellationToken).ConfigureAwait(false) };
        }
        catch (RefusedException refused)
        {
            return rules with { TemplateRefusal = refused.Message };
        }
    }

    /// <summary>Makes a draft of checked content.</summary>
    /// <exception cref="RefusedException">The name is taken, or the actor is no marketer.</exception>
    public async Task<Campaign> CreateAsync(CampaignContent content, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "write campaigns");
        return await ReadAsync(await _store.AddAsync(content, actor.Id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces a campaign's content by a new version: it is a draft again and an approval is void.</summary>
    /// <exception cref="RefusedException">It is being sent or over: copy it; or the new content has another name.</exception>
    public async Task<Campaign> ReviseAsync(CampaignContent content, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "write campaigns");
        var campaign = await GetAsync(content.Name, cancellationToken).ConfigureAwait(false);
        await _store.ReviseAsync(campaign.Id, content, actor.Id, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A draft with the content of another campaign under a new name.</summary>
    /// <param name="name">The campaign to copy.</param>
    /// <param name="newName">Name of the copy; null takes the next free <c>NAME-2</c>, <c>NAME-3</c>, …</param>
    /// <param name="actor">Author of the copy.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public Task<Campaign> CopyAsync(string name, string? newName, Actor actor, CancellationToken cancellationToken) => CopyAsync(name, newName, content => content, actor, cancellationToken);

    internal async Task<Campaign> CopyAsync(string name, string? newName, Func<CampaignContent, CampaignContent> change, Actor actor, CancellationToken cancellationToken)
    {
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        if (newName is null)
        {
            var taken = (await RulesAsync(cancellationToken).ConfigureAwait(false)).KnownCampaigns!;
            newName = Enumerable.Range(2, int.MaxValue - 2).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}-{i}")).First(candidate => !taken.Contains(candidate));
        }

        return await CreateAsync(change(campaign.Content) with { Name = newName, Schedule = null, PatientTime = null, NotAfter = campaign.Content.NotAfter < _context.Today ? null : campaign.Content.NotAfter }, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The message as one patient would get it. For a real one it is a read of health information by a person, so a ledger event. 45 CFR 164.312(b).</summary>
    /// <param name="name">The campaign.</param>
    /// <param name="patient">Whom it is shown for; null takes the first patient of the audience, or a made-up one for whoever may not read charts.</param>
    /// <param name="actor">Who looks.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">Nobody is in the audience, or there is no such patient.</exception>
    public async Task<CampaignPreview> PreviewAsync(string name, PatientNumber? patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance, "preview campaigns");
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var asOf = prepared.Campaign.AsOf ?? _context.Today;
        if (patient is null && !NamedPreview.IsFor(actor))
            return Shown(prepared, null, SyntheticCharts.Typical(asOf, prepared.Template.Fields), asOf);
        NamedPreview.Require(actor);
        if (patient is null)
        {
            var audience = await CampaignAudience.ListAsync(_context, prepared, asOf, cancellationToken).ConfigureAwait(false);
            patient = audience.Count > 0 ? audience[0] : throw new RefusedException("Nobody is in the audience, so there is nobody to show the message for. Name a patient with --patient.");
        }

        var chart = await _context.Patients.OpenAsync(patient.Value, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        await _context.Database.WriteAsync(
            (transaction, token) => _context.Ledger.AppendAsync(
                new AuditEvent(_context.Organisation.Id, "patient.read", actor.Id, patient, Id(prepared.Campaign), "done", "campaign preview"), transaction, token),
            cancellationToken).ConfigureAwait(false);
        return Shown(prepared, patient, chart, asOf);
    }

    /// <summary>What would happen if the campaign were sent now. Reads every chart of the audience; 10,000 patients take about a second.</summary>
    public async Task<CampaignForecast> ForecastAsync(string name, CancellationToken cancellationToken)
    {
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        return await ForecastAsync(prepared, prepared.Campaign.AsOf ?? _context.Today, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands a draft to a second person.</summary>
    public Task<Campaign> SubmitAsync(string name, Actor actor, CancellationToken cancellationToken) => SubmitAsync(name, null, actor, cancellationToken);

    /// <summary>Hands a draft to a second person, with words for that person.</summary>
    public async Task<Campaign> SubmitAsync(string name, string? words, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "submit campaigns");
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var campaign = prepared.Campaign;
        await _store.TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.Submit, actor.Id) { Version = campaign.Version, Detail = prepared.ApprovalHash, Words = words }, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Approves a submitted campaign: fixes its as-of date and content, and lets it start by itself at the time that it asks for. Any later change voids it.</summary>
    /// <remarks>A time that is past by then starts nothing: whoever approves late would send by surprise.</remarks>
    /// <exception cref="RefusedException">The actor wrote a version of it, holds no approver's role, or a patient lacks a value that the template needs.</exception>
    public Task<Campaign> ApproveAsync(string name, Actor actor, CancellationToken cancellationToken) => ApproveAsync(name, null, null, actor, cancellationToken);

    /// <summary>Approves the version that the actor looked at.</summary>
    /// <param name="name">The campaign.</param>
    /// <param name="version">Version looked at; null approves the present one.</param>
    /// <param name="words">For its author; null for none.</param>
    /// <param name="actor">Who approves.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">As above, or the version is no longer the present one.</exception>
    public async Task<Campaign> ApproveAsync(string name, int? version, string? words, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Approver, "approve campaigns");
        actor.RequireFresh(_context.Time.GetUtcNow(), "approve a campaign");
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var campaign = prepared.Campaign;
        if ((await _store.AuthorsAsync(campaign.Id, cancellationToken).ConfigureAwait(false)).Contains(actor.Id, StringComparer.Ordinal))
            throw new RefusedException($"{actor.Name} wrote this campaign and so may not approve it. A second person with the role approver must.");
        if (version is not null && version != campaign.Version)
            throw new RefusedException("The campaign was changed since you looked at it. Look at it again.") { Kind = RefusalKind.Changed };
        var asOf = _context.Today;
        if (campaign.State == CampaignState.Submitted)
            await RefuseMissingValuesAsync(prepared, asOf, cancellationToken).ConfigureAwait(false);
        var hash = prepared.ApprovalHash;
        var approve = new CampaignTransition(campaign.Id, CampaignAct.Approve, actor.Id)
        {
            Version = campaign.Version,
            Words = words,
            Columns = [("approver", actor.Id), ("approved_hash", hash), ("as_of", asOf.DayNumber)],
            Detail = $"content {hash}, as of {asOf:O}, class {prepared.Basis.Class}, purpose {PurposeNames.Of(campaign.Content.Purpose)}",
        };
        // The start is the author's act, which the approval lets happen: an approver need not be one who may send.
        var schedule = campaign.Content.Schedule is { } at && at > _context.Time.GetUtcNow() && _options.Stands is null ? CampaignTransition.Schedule(campaign, at, campaign.Author) : null;
        await _context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var after = await _store.TransitAsync(approve, transaction, token).ConfigureAwait(false);
                return schedule is null ? after : await _store.TransitAsync(schedule, transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (schedule is not null)
            await Scheduled(campaign.Id, CancellationToken.None).ConfigureAwait(false);
        return await ReadAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a submitted campaign back to its author, who learns why.</summary>
    /// <exception cref="RefusedException">It does not wait for approval, no reason is given, or the actor may not approve.</exception>
    public async Task<Campaign> SendBackAsync(string name, string words, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Approver, "send campaigns back");
        if (string.IsNullOrWhiteSpace(words))
            throw new RefusedException("Say what should be changed: the author sees nothing else.");
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        await _store.TransitAsync(new CampaignTransition(campaign.Id, CampaignAct.SendBack, actor.Id) { Version = campaign.Version, Words = words }, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds words to a campaign that author and approvers see.</summary>
    public async Task CommentAsync(long id, string words, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance, "comment on campaigns");
        if (string.IsNullOrWhiteSpace(words))
            throw new RefusedException("The comment is empty.");
        var campaign = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        await _context.Database.WriteAsync((transaction, token) => new RemarkRows(_context).AddAsync(campaign.Id, RemarkKind.Comment, actor.Id, words, transaction, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pauses that a campaign made by itself, and why people let it go on.</summary>
    public async Task<IReadOnlyList<CampaignRemark>> PausesAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor | Roles.Administrator, "read what was said about campaigns");
        return [.. (await new RemarkRows(_context).OfAsync(id, cancellationToken).ConfigureAwait(false)).Where(remark => remark.Kind is RemarkKind.Paused or RemarkKind.Resumed)];
    }

    /// <summary>A campaign by number.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public Task<Campaign> GetAsync(long id, CancellationToken cancellationToken) => ReadAsync(id, cancellationToken);

    /// <summary>A campaign by name.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<Campaign> GetAsync(string name, CancellationToken cancellationToken) =>
        await _store.FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new RefusedException($"There is no campaign \"{name}\". `sealpost campaign list` shows them.") { Kind = RefusalKind.NotFound };

    private async Task RefuseMissingValuesAsync(PreparedCampaign prepared, DateOnly asOf, CancellationToken cancellationToken)
    {
        var forecast = await ForecastAsync(prepared, asOf, cancellationToken).ConfigureAwait(false);
        if (forecast.MissingValues.Count == 0)
            return;
        var fields = string.Join(", ", forecast.MissingValues.Select(missing => $"{missing.Field} ({missing.Patients})"));
        throw new RefusedException($"Some patients have no value for: {fields}. Give each a default ({{{{ {forecast.MissingValues[0].Field} | default: \"…\" }}}}) or narrow the audience.");
    }

    internal Task<CampaignForecast> ForecastAsync(PreparedCampaign prepared, DateOnly asOf, CancellationToken cancellationToken) =>
        new ForecastCampaign(_context, _options).RunAsync(prepared, asOf, look: false, null, cancellationToken);

    /// <summary>The same after a look at the mail hosts of the audience, each once: connected, TLS verified, left. No patient is named to anyone. Takes up to minutes. To tens for who may not see patients.</summary>
    /// <param name="name">The campaign.</param>
    /// <param name="actor">Who.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops it; what was seen is kept for a day.</param>
    /// <exception cref="RefusedException">There is no such campaign, or the actor has no business with it.</exception>
    public async Task<CampaignForecast> LookAndForecastAsync(string name, Actor actor, IProgress<Destinations.ProbeProgress>? progress, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance, "forecast campaigns");
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var forecast = await new ForecastCampaign(_context, _options).RunAsync(prepared, prepared.Campaign.AsOf ?? _context.Today, MayLook, progress, cancellationToken).ConfigureAwait(false);
        return AudienceDesk.MaySeePatients(actor) ? forecast : forecast.Rounded();
    }

    /// <summary>The same for a campaign whose content is not a version yet.</summary>
    internal async Task<CampaignForecast> ForecastAsync(Campaign campaign, bool look, IProgress<Destinations.ProbeProgress>? progress, CancellationToken cancellationToken)
    {
        var prepared = await PreparedCampaign.FromAsync(campaign, _context, _store, cancellationToken).ConfigureAwait(false);
        return await new ForecastCampaign(_context, _options).RunAsync(prepared, _context.Today, look && MayLook, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Told of a campaign that an approval scheduled, so that its time is waited for.</summary>
    public Func<long, CancellationToken, Task> Scheduled { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>Mail hosts may be looked at; false in a demo whose mailbox does not run.</summary>
    public bool MayLook { get; init; } = true;

    internal async Task<PreparedCampaign> PrepareAsync(string name, CancellationToken cancellationToken) =>
        await PreparedCampaign.FromAsync(await GetAsync(name, cancellationToken).ConfigureAwait(false), _context, _store, cancellationToken).ConfigureAwait(false);

    private async Task<Campaign> ReadAsync(long id, CancellationToken cancellationToken) =>
        await _store.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException($"There is no campaign {id}.") { Kind = RefusalKind.NotFound };

    private static string Id(Campaign campaign) => campaign.Id.ToString(CultureInfo.InvariantCulture);

    private CampaignPreview Shown(PreparedCampaign prepared, PatientNumber? patient, Chart chart, DateOnly asOf)
    {
        var rendered = RenderMessage.Preview(prepared.Template, chart, SenderFooters.ForPreview(_context.Organisation), asOf);
        return new CampaignPreview(patient, rendered.Message, rendered.MissingField, prepared.Basis.Class);
    }
}

/// <summary>A message shown before it is sent; it cannot be sent from here.</summary>
/// <param name="Patient">Whom it is for; null for a made-up patient.</param>
/// <param name="Message">The message; null where a value is missing.</param>
/// <param name="MissingField">The field without value and default.</param>
/// <param name="Class">Class of content and selection together.</param>
public sealed record CampaignPreview(PatientNumber? Patient, RenderedMessage? Message, string? MissingField, MessageClass Class)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
