using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Organisations;

namespace Sealpost.Campaigns;

/// <summary>A campaign with its template compiled and its query parsed: immutable, shared by all connections.</summary>
internal sealed record PreparedCampaign(Campaign Campaign, TemplateSet Template, AudienceQuery Query, CampaignBasis Basis)
{
    /// <summary>Compiles a stored campaign.</summary>
    /// <exception cref="RefusedException">It was valid once and no longer is; the first problem is named.</exception>
    public static async Task<PreparedCampaign> FromAsync(Campaign campaign, OrganisationContext context, CampaignStore store, CancellationToken cancellationToken)
    {
        var (template, query) = Compile(campaign, context.Organisation);
        var (audienceClass, categories) = await ClassifyAudience.OfAsync(query, context.Organisation, store, cancellationToken).ConfigureAwait(false);
        if (campaign.Content.FollowUp is { } followUp)
        {
            // Whoever gets it is known to have been in the earlier audience too.
            var (earlierClass, earlierCategories) = await ClassifyAudience.OfEarlierAsync(followUp.Campaign, context.Organisation, store, cancellationToken).ConfigureAwait(false);
            audienceClass = (MessageClass)Math.Max((int)audienceClass, (int)earlierClass);
            categories.UnionWith(earlierCategories);
        }

        categories.UnionWith(template.Categories);
        // Sensitive content never travels by mail, whatever the rest says.
        var messageClass = categories.Count > 0 ? MessageClass.N3 : (MessageClass)Math.Max((int)template.Class, (int)audienceClass);
        var basis = new CampaignBasis(
            campaign.Id, campaign.Content.Purpose, campaign.Content.Remuneration?.ToRemuneration(), messageClass, categories, template.Fields, query.Kinds())
        {
            AudienceCodes = query.Codes(),
        };
        return new PreparedCampaign(campaign, template, query, basis);
    }

    /// <summary>It carries files, which are never mailed: every patient reads it on our page.</summary>
    public bool HasFiles => Campaign.Content.Files.Count > 0;

    /// <summary>What an approval of the campaign as it stands would fix.</summary>
    public string ApprovalHash => Campaign.Content.ApprovalHash(Template.Hash);

    /// <summary>Whether it is what was approved.</summary>
    public bool IsAsApproved => Campaign.Content.IsSignedBy(Campaign.ApprovedHash, Template.Hash);

    /// <summary>Prints as its campaign.</summary>
    public override string ToString() => Campaign.ToString();

    internal static (TemplateSet Template, AudienceQuery Query) Compile(Campaign campaign, Organisation organisation)
    {
        var compiled = TemplateSet.Compile(campaign.Content.ToTemplateSources(), CampaignHosts.Of(organisation));
        if (compiled.Set is null)
            throw new RefusedException($"The template of campaign {campaign.Id} no longer compiles: {compiled.Problems[0].File}:{compiled.Problems[0].Line}: {compiled.Problems[0].Message}. Revise the campaign.");
        var parsed = AudienceQuery.Parse(campaign.Content.Audience);
        return parsed.Query is { } query
            ? (compiled.Set, query)
            : throw new RefusedException($"The audience of campaign {campaign.Id} no longer parses, at column {parsed.Column}. Revise the campaign.");
    }
}

/// <summary>What an audience's own query reveals: whoever gets the message is known to match it.</summary>
internal static class ClassifyAudience
{
    private const int DeepestReference = 8;

    /// <summary>Kinds of data that say nothing of a person's health.</summary>
    private static readonly HashSet<string> NotClinical = new(StringComparer.Ordinal) { "age", "sex", "language", "place", "payer", "authorization", "campaign" };

    /// <summary>Class and sensitive categories of a query. A mailing list made of patients is N1 at least.</summary>
    public static Task<(MessageClass Class, HashSet<string> Categories)> OfAsync(AudienceQuery query, Organisation organisation, CampaignStore store, CancellationToken cancellationToken) =>
        OfAsync(query, organisation, store, DeepestReference, cancellationToken);

    /// <summary>What it reveals that somebody was in an earlier campaign's audience.</summary>
    public static async Task<(MessageClass Class, HashSet<string> Categories)> OfEarlierAsync(long campaign, Organisation organisation, CampaignStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(campaign, cancellationToken).ConfigureAwait(false) is { } earlier
            ? await OfCampaignAsync(earlier, organisation, store, DeepestReference, cancellationToken).ConfigureAwait(false)
            : (MessageClass.N3, []);

    private static async Task<(MessageClass Class, HashSet<string> Categories)> OfCampaignAsync(Campaign other, Organisation organisation, CampaignStore store, int depth, CancellationToken cancellationToken)
    {
        var (template, query) = PreparedCampaign.Compile(other, organisation);
        var (found, categories) = await OfAsync(query, organisation, store, depth - 1, cancellationToken).ConfigureAwait(false);
        categories.UnionWith(template.Categories);
        if (other.Content.FollowUp is { } followUp)
        {
            var earlier = depth > 1 ? await store.FindAsync(followUp.Campaign, cancellationToken).ConfigureAwait(false) : null;
            var (before, beforeCategories) = earlier is null ? (MessageClass.N3, []) : await OfCampaignAsync(earlier, organisation, store, depth - 1, cancellationToken).ConfigureAwait(false);
            categories.UnionWith(beforeCategories);
            found = (MessageClass)Math.Max((int)found, (int)before);
        }

        return ((MessageClass)Math.Max((int)found, (int)template.Class), categories);
    }

    private static async Task<(MessageClass Class, HashSet<string> Categories)> OfAsync(
        AudienceQuery query, Organisation organisation, CampaignStore store, int depth, CancellationToken cancellationToken)
    {
        var categories = query.Codes().SelectMany(code => SensitiveCategories.Of(code.System, code.Code, code.IsPrefix)).ToHashSet(StringComparer.Ordinal);
        var found = query.Kinds().All(NotClinical.Contains) ? MessageClass.N1 : MessageClass.N2;
        foreach (var name in query.Campaigns())
        {
            // "Received hiv-follow-up" reveals what that campaign revealed.
            var other = await store.FindAsync(name, cancellationToken).ConfigureAwait(false);
            if (other is null || depth == 0)
                return (MessageClass.N3, categories);
            var (otherClass, otherCategories) = await OfCampaignAsync(other, organisation, store, depth, cancellationToken).ConfigureAwait(false);
            categories.UnionWith(otherCategories);
            found = (MessageClass)Math.Max((int)found, (int)otherClass);
        }

        return (found, categories);
    }
}
