using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Content.Fields;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Campaigns;

/// <summary>What an approver looks at before signing.</summary>
public sealed record CampaignReview : SignedCampaign
{
    /// <summary>What would happen if it were sent now.</summary>
    public required CampaignForecast Forecast { get; init; }

    /// <summary>Version approved last; null where none was.</summary>
    public required int? ApprovedBefore { get; init; }

    /// <summary>What changed since then.</summary>
    public required IReadOnlyList<ContentChange> Changes { get; init; }

    /// <summary>Why this person may not approve it; null where nothing stands against it.</summary>
    public required string? Obstacle { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Gathers what an approver needs to decide. Reads every chart of the audience for the forecast; shows none.</summary>
public sealed class CampaignReviews
{
    private readonly OrganisationContext _context;
    private readonly CampaignDesk _desk;
    private readonly Func<CancellationToken, Task<QueryWords>> _speech;

    /// <summary>Creates it.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="desk">Its campaigns.</param>
    /// <param name="speech">How queries are said, by the organisation's own words.</param>
    internal CampaignReviews(OrganisationContext context, CampaignDesk desk, Func<CancellationToken, Task<QueryWords>> speech) => (_context, _desk, _speech) = (context, desk, speech);

    /// <summary>The review of a campaign as it stands.</summary>
    /// <exception cref="RefusedException">There is no such campaign, it is not complete yet, or the actor has no business with it.</exception>
    public async Task<CampaignReview> ReadAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance, "review campaigns");
        var name = (await _desk.GetAsync(id, cancellationToken).ConfigureAwait(false)).Name;
        var prepared = await _desk.PrepareAsync(name, cancellationToken).ConfigureAwait(false);
        var campaign = prepared.Campaign;
        var forecast = await _desk.ForecastAsync(prepared, campaign.AsOf ?? _context.Today, cancellationToken).ConfigureAwait(false);
        var remarks = await RemarksAsync(id, cancellationToken).ConfigureAwait(false);
        var approved = remarks.LastOrDefault(remark => remark.Kind == RemarkKind.Approved)?.Version;
        var before = approved is { } version && version != campaign.Version ? await _desk.Store.VersionAsync(id, version, cancellationToken).ConfigureAwait(false) : null;
        return new CampaignReview
        {
            Campaign = campaign,
            RulePieces = await RuleAsync(prepared, cancellationToken).ConfigureAwait(false),
            Consequence = PurposeAdvice.Of(campaign.Content.Purpose, campaign.Content.Remuneration),
            Forecast = AudienceDesk.MaySeePatients(actor) ? forecast : forecast.Rounded(),
            Fields = FieldsOf(prepared),
            Categories = [.. prepared.Basis.Categories.Order(StringComparer.Ordinal)],
            ToCheck = ToCheck(campaign),
            ApprovedBefore = approved,
            Changes = before is null ? [] : ContentChanges.Of(before, campaign.Content),
            Remarks = remarks,
            ApprovalHash = prepared.ApprovalHash,
            Obstacle = await ObstacleAsync(campaign, forecast, actor, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>What was approved of a campaign, also long after it was sent. Counts nobody and opens no chart.</summary>
    /// <returns>Null where it is not approved.</returns>
    /// <exception cref="RefusedException">There is no such campaign, or the actor has no business with it.</exception>
    public async Task<SignedCampaign?> ReadSignedAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Marketer | Roles.Approver | Roles.Compliance, "see what was approved");
        var campaign = await _desk.GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (campaign.ApprovedHash is not { } hash)
            return null;
        var prepared = await TryPrepareAsync(campaign, cancellationToken).ConfigureAwait(false);
        return new SignedCampaign
        {
            Campaign = campaign,
            RulePieces = prepared is not null
                ? await RuleAsync(prepared, cancellationToken).ConfigureAwait(false)
                : await RuleOfAsync(campaign.Content.Audience, cancellationToken).ConfigureAwait(false) ?? [new WordPiece(campaign.Content.Audience, true)],
            Consequence = PurposeAdvice.Of(campaign.Content.Purpose, campaign.Content.Remuneration),
            Fields = prepared is null ? null : FieldsOf(prepared),
            Categories = prepared is null ? [] : [.. prepared.Basis.Categories.Order(StringComparer.Ordinal)],
            ToCheck = ToCheck(campaign),
            Remarks = await RemarksAsync(id, cancellationToken).ConfigureAwait(false),
            ApprovalHash = hash,
        };
    }

    /// <summary>What was said and done about a campaign, oldest first.</summary>
    public Task<IReadOnlyList<CampaignRemark>> RemarksAsync(long id, CancellationToken cancellationToken) => new RemarkRows(_context).OfAsync(id, cancellationToken);

    /// <summary>The audience of a campaign in plain words, codes apart; null where its query cannot be read.</summary>
    public async Task<IReadOnlyList<WordPiece>?> RuleOfAsync(string query, CancellationToken cancellationToken) =>
        AudienceQuery.Parse(query).Query is { } parsed ? (await _speech(cancellationToken).ConfigureAwait(false)).Pieces(parsed) : null;

    /// <summary>The campaign compiled; null where this version no longer takes what an earlier one took, for what was approved is shown all the same.</summary>
    private async Task<PreparedCampaign?> TryPrepareAsync(Campaign campaign, CancellationToken cancellationToken)
    {
        try
        {
            return await PreparedCampaign.FromAsync(campaign, _context, _desk.Store, cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException)
        {
            return null;
        }
    }

    private static List<UsedField> FieldsOf(PreparedCampaign prepared) => [.. prepared.Template.Fields.Select(path => new UsedField(path, LabelOf(path)))];

    private static List<GateNote> ToCheck(Campaign campaign) => [.. ConsentGate.NotEvaluatedFor(campaign.Content.Purpose).Select(gate => new GateNote(gate.Gate, gate.Meaning))];

    private async Task<IReadOnlyList<WordPiece>> RuleAsync(PreparedCampaign prepared, CancellationToken cancellationToken)
    {
        var rule = (await _speech(cancellationToken).ConfigureAwait(false)).Pieces(prepared.Query);
        if (prepared.Campaign.Content.FollowUp is not { } followUp)
            return rule;
        var earlier = await _desk.Store.FindAsync(followUp.Campaign, cancellationToken).ConfigureAwait(false);
        var how = followUp.Outcomes.Select(outcome => OutcomeWords.Of((Outcome)outcome)).Concat(followUp.Reasons.Count > 0 ? [$"withheld for {followUp.Reasons.Count} chosen reason{(followUp.Reasons.Count == 1 ? "" : "s")}"] : []);
        return [.. rule, new WordPiece($" Of these only those whom campaign {earlier?.Name ?? "(gone)"} left {string.Join(" or ", how)}.", false)];
    }

    private async Task<string?> ObstacleAsync(Campaign campaign, CampaignForecast forecast, Actor actor, CancellationToken cancellationToken)
    {
        if (campaign.State != CampaignState.Submitted)
            return $"It does not wait for approval: it is {campaign.State.ToString().ToLowerInvariant()}.";
        if ((actor.Roles & Roles.Approver) == Roles.None)
            return "Approving needs the role approver.";
        if ((await _desk.Store.AuthorsAsync(campaign.Id, cancellationToken).ConfigureAwait(false)).Contains(actor.Id, StringComparer.Ordinal))
            return "You wrote on it. A second person must approve it.";
        return forecast.MissingValues.Count > 0 ? $"Some patients have no value for {string.Join(", ", forecast.MissingValues.Select(missing => missing.Field))}. Send it back: the message needs a default there." : null;
    }

    /// <summary>What a field that templates open tells, as its label says it.</summary>
    internal static string LabelOf(string path)
    {
        if (path.StartsWith("labs[\"", StringComparison.Ordinal))
            return FieldLabels.Say(FieldCatalog.Lab(path[6..path.IndexOf('"', 6)]).Label);
        return FieldLabels.Say(Walk(FieldCatalog.Roots, path)?.Label ?? FieldLabel.Clinical);
    }

    private static Field? Walk(IReadOnlyList<Field> fields, string path) =>
        fields.FirstOrDefault(field => field.Path == path) ?? fields.Select(field => Walk(field.Members, path)).FirstOrDefault(found => found is not null);
}

/// <summary>Outcomes in words.</summary>
public static class OutcomeWords
{
    /// <summary>A word or two for a table, lower case.</summary>
    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Pending or Outcome.InFlight => "pending",
        Outcome.WithheldBasis => "withheld by law or choice",
        Outcome.WithheldTransport => "withheld for want of protection",
        Outcome.Accepted => "accepted",
        Outcome.Rejected => "rejected",
        Outcome.Expired => "expired",
        Outcome.Pickup => "notice sent",
        Outcome.Cancelled => "cancelled",
        Outcome.InDoubt => "in doubt",
        _ => "unknown",
    };
}
