using System.Globalization;
using Sealpost.App.Pages.Campaigns;
using Sealpost.Campaigns;
using Sealpost.Library;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.App.Pages.Shared;

/// <summary>A campaign, an audience or a template that the palette leads to.</summary>
/// <param name="Name">Its name; it can betray a condition, so it stays in the circuit and the address has its number alone. 45 CFR 164.312(a)(1).</param>
/// <param name="Path">Address within the organisation.</param>
/// <param name="Icon">Name in <see cref="Icon"/>.</param>
/// <param name="Kind">What it is and how it stands.</param>
internal sealed record NamedPlace(string Name, string Path, string Icon, string Kind)
{
    /// <summary>Where it is; never its name.</summary>
    public override string ToString() => Path;
}

/// <summary>What the palette finds by name.</summary>
internal static class NamedPlaces
{
    /// <summary>Most campaigns among them, the newest; the list of campaigns searches them all.</summary>
    public const int MostCampaigns = 1000;

    /// <summary>All that the actor may see: campaigns newest first, then audiences and templates. What is not for the actor is left out.</summary>
    public static async Task<IReadOnlyList<NamedPlace>> ListAsync(OrganisationContext context, Actor actor, CancellationToken cancellationToken) =>
    [
        .. await SeenAsync(() => CampaignsAsync(context, actor, cancellationToken)).ConfigureAwait(false),
        .. await SeenAsync(async () => (await new SavedAudienceDesk(context).ListAsync(false, actor, cancellationToken).ConfigureAwait(false))
            .Select(one => new NamedPlace(one.Name, string.Create(CultureInfo.InvariantCulture, $"/audiences/{one.Id}"), "filter", "Audience"))).ConfigureAwait(false),
        .. await SeenAsync(async () => (await new ContentLibrary(context).Templates.ListAsync(false, actor, cancellationToken).ConfigureAwait(false))
            .Select(one => new NamedPlace(one.Name, string.Create(CultureInfo.InvariantCulture, $"/content/{one.Id}"), "mail", "Template"))).ConfigureAwait(false),
    ];

    private static async Task<IEnumerable<NamedPlace>> CampaignsAsync(OrganisationContext context, Actor actor, CancellationToken cancellationToken)
    {
        var list = new CampaignList(context);
        var found = new List<NamedPlace>();
        long? before = null;
        do
        {
            var page = await list.PageAsync(new CampaignListRequest([], null, before, CampaignList.LargestPage), actor, cancellationToken).ConfigureAwait(false);
            found.AddRange(page.Entries.Select(one => new NamedPlace(one.Name, string.Create(CultureInfo.InvariantCulture, $"/campaigns/{one.Id}"), "send", "Campaign, " + CampaignWords.Of(one.State).Text.ToLowerInvariant())));
            before = page.Next;
        }
        while (before is not null && found.Count < MostCampaigns);
        return found;
    }

    private static async Task<IEnumerable<NamedPlace>> SeenAsync(Func<Task<IEnumerable<NamedPlace>>> list)
    {
        try
        {
            return await list().ConfigureAwait(false);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.NotPermitted)
        {
            return [];
        }
    }
}
