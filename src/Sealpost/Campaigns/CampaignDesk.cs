using System.Globalization;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Organisations;
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
    public async Task<Campaign> CopyAsync(string name, string? newName, Actor actor, CancellationToken cancellationToken)
    {
        var campaign = await GetAsync(name, cancellationToken).ConfigureAwait(false);
        if (newName is null)
        {
            var taken = (await RulesAsync(cancellationToken).ConfigureAwait(false)).KnownCampaigns!;
            newName = Enumerable.Range(2, int.MaxValue - 2).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}-{i}")).First(candidate => !taken.Contains(candidate));
        }

        return await CreateAsync(campaign.Content with { Name = newName, Schedule = null }, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The message as one patient would get it. A read of health information by a person, so a ledger event. 45 CFR 164.312(b).</summary>
    /// <param name="name">The campaign.</param>
    /// <param name="patient">Whom it is shown for; null takes the first patient of the audience.</param>
    /// <param name="actor">Who looks.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">Nobody is in the audience, or there is no such patient.</exception>
    public async Task<CampaignPreview> PreviewAsync(string name, PatientNumber? patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer | Roles.Approver | Roles.Compliance, "preview campaigns");
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var asOf = prepared.Campaign.AsOf ?? _context.Today;
        if (patient is null)
        {
            var audience = await _context.Audience.ListAsync(prepared.Query, asOf, cancellationToken).ConfigureAwait(false);
            patient = audience.Count > 0 ? audience[0] : throw new RefusedException("Nobody is in the audience, so there is nobody to show the message for. Name a patient with --patient.");
        }

        var chart = await _context.Patients.OpenAsync(patient.Value, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.");
        await _context.Database.WriteAsync(
            (transaction, token) => _context.Ledger.AppendAsync(
                new AuditEvent(_context.Organisation.Id, "patient.read", actor.Id, patient, Id(prepared.Campaign), "done", "campaign preview"), transaction, token),
            cancellationToken).ConfigureAwait(false);
        var rendered = RenderMessage.Preview(prepared.Template, chart, SenderFooters.ForPreview(_context.Organisation), asOf);
        return new CampaignPreview(patient.Value, rendered.Message, rendered.MissingField, prepared.Basis.Class);
    }

    /// <summary>What would happen if the campaign were sent now. Reads every chart of the audience; 10,000 patients take about a second.</summary>
    public async Task<CampaignForecast> ForecastAsync(string name, CancellationToken cancellationToken)
    {
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        return await ForecastAsync(prepared, prepared.Campaign.AsOf ?? _context.Today, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands a draft to a second person.</summary>
    public async Task<Campaign> SubmitAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "submit campaigns");
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var campaign = prepared.Campaign;
        await _store.TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.Submit, actor.Id) { Version = campaign.Version, Detail = prepared.ApprovalHash }, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Approves a submitted campaign: fixes its as-of date and content. Any later change voids it.</summary>
    /// <exception cref="RefusedException">The actor wrote a version of it, holds no approver's role, or a patient lacks a value that the template needs.</exception>
    public async Task<Campaign> ApproveAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Approver, "approve campaigns");
        var prepared = await PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var campaign = prepared.Campaign;
        if ((await _store.AuthorsAsync(campaign.Id, cancellationToken).ConfigureAwait(false)).Contains(actor.Id, StringComparer.Ordinal))
            throw new RefusedException($"{actor.Name} wrote this campaign and so may not approve it. A second person with the role approver must.");
        var asOf = _context.Today;
        if (campaign.State == CampaignState.Submitted)
            await RefuseMissingValuesAsync(prepared, asOf, cancellationToken).ConfigureAwait(false);
        var hash = prepared.ApprovalHash;
        await _store.TransitAsync(
            new CampaignTransition(campaign.Id, CampaignAct.Approve, actor.Id)
            {
                Version = campaign.Version,
                Columns = [("approver", actor.Id), ("approved_hash", hash), ("as_of", asOf.DayNumber)],
                Detail = $"content {hash}, as of {asOf:O}, class {prepared.Basis.Class}, purpose {PurposeNames.Of(campaign.Content.Purpose)}",
            },
            cancellationToken).ConfigureAwait(false);
        return await ReadAsync(campaign.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A campaign by name.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<Campaign> GetAsync(string name, CancellationToken cancellationToken) =>
        await _store.FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new RefusedException($"There is no campaign \"{name}\". `sealpost campaign list` shows them.");

    private async Task RefuseMissingValuesAsync(PreparedCampaign prepared, DateOnly asOf, CancellationToken cancellationToken)
    {
        var forecast = await ForecastAsync(prepared, asOf, cancellationToken).ConfigureAwait(false);
        if (forecast.MissingValues.Count == 0)
            return;
        var fields = string.Join(", ", forecast.MissingValues.Select(missing => $"{missing.Field} ({missing.Patients})"));
        throw new RefusedException($"Some patients have no value for: {fields}. Give each a default ({{{{ {forecast.MissingValues[0].Field} | default: \"…\" }}}}) or narrow the audience.");
    }

    private Task<CampaignForecast> ForecastAsync(PreparedCampaign prepared, DateOnly asOf, CancellationToken cancellationToken) =>
        new ForecastCampaign(_context, _options, new DestinationStore(_context)).RunAsync(prepared, asOf, cancellationToken);

    private async Task<PreparedCampaign> PrepareAsync(string name, CancellationToken cancellationToken) =>
        await PreparedCampaign.FromAsync(await GetAsync(name, cancellationToken).ConfigureAwait(false), _context, _store, cancellationToken).ConfigureAwait(false);

    private async Task<Campaign> ReadAsync(long id, CancellationToken cancellationToken) =>
        await _store.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException($"There is no campaign {id}.");

    private static string Id(Campaign campaign) => campaign.Id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A message shown before it is sent; it cannot be sent from here.</summary>
/// <param name="Patient">Whom it is for.</param>
/// <param name="Message">The message; null where a value is missing.</param>
/// <param name="MissingField">The field without value and default.</param>
/// <param name="Class">Class of content and selection together.</param>
public sealed record CampaignPreview(PatientNumber Patient, RenderedMessage? Message, string? MissingField, MessageClass Class)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
