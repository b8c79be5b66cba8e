using System.Globalization;
using Microsoft.AspNetCore.Components.Endpoints;
using Sealpost.App.Pages.Audiences;
using Sealpost.App.Pages.Campaigns;
using Sealpost.App.Pages.Content;
using Sealpost.App.Pages.Imports;
using Sealpost.App.Pages.Records;
using Sealpost.App.Pages.SetUp;
using Sealpost.App.Pages.Shared;
using Sealpost.Library;
using Sealpost.Organisations;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Hosting;

/// <summary>Pages of one thing by its number: asked before the page is shown, so that what is not there answers 404 instead of a page that says so with 200.</summary>
internal static class ThingCheck
{
    private static readonly Dictionary<Type, Func<Seat, string, CancellationToken, Task<bool>>> Things = new()
    {
        [typeof(CampaignPage)] = HasCampaignAsync,
        [typeof(CampaignEditPage)] = HasCampaignAsync,
        [typeof(DeliveriesPage)] = HasCampaignAsync,
        [typeof(NotReachedPage)] = HasCampaignAsync,
        [typeof(AudiencePage)] = async (seat, id, token) => await seat.Organisation.SavedAudiences.GetAsync(Long(id), seat.Actor, token).ConfigureAwait(false) is { DeletedAt: null },
        [typeof(TemplatePage)] = async (seat, id, token) => await new ContentLibrary(seat.Organisation.Context).Templates.GetAsync(Long(id), null, seat.Actor, token).ConfigureAwait(false) is not null,
        [typeof(ImportPage)] = async (seat, id, token) => (await seat.Organisation.Imports.ReadAsync(Long(id), seat.Actor, token).ConfigureAwait(false)).Entry is not null,
        [typeof(ImportJobPage)] = (seat, id, _) => Task.FromResult(seat.Organisation.Imports.Find(id, seat.Actor) is not null),
        [typeof(PatientPage)] = (seat, id, token) => seat.Organisation.PatientRecords.IsThereAsync(new PatientNumber((int)Long(id)), seat.Actor, token),
        [typeof(SetUpPage)] = (_, step, _) => Task.FromResult(step == SetUpPage.AllDone || Enum.GetValues<SetUpStep>().Any(one => SetUpPage.Slug(one) == step)),
    };

    /// <summary>Whether the page that is asked for has what it is about; true where it is about no single thing.</summary>
    public static async Task<bool> HasAsync(HttpContext http, Seat seat)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type is not { } page || !Things.TryGetValue(page, out var has)
            || http.Request.RouteValues.FirstOrDefault(value => value.Key is "Id" or "Number" or "Job" or "Step").Value is not { } id)
            return true;
        try
        {
            return await has(seat, Convert.ToString(id, CultureInfo.InvariantCulture)!, http.RequestAborted).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            return refused.Kind != RefusalKind.NotFound; // What the person may not do, the page says.
        }
    }

    private static async Task<bool> HasCampaignAsync(Seat seat, string id, CancellationToken cancellationToken) =>
        await seat.Organisation.Desk().GetAsync(Long(id), cancellationToken).ConfigureAwait(false) is not null;

    // The route's own constraint says that it is a number.
    private static long Long(string id) => long.Parse(id, CultureInfo.InvariantCulture);
}
