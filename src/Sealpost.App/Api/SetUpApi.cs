using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.Organisations;

namespace Sealpost.App.Api;

/// <summary>The organisation itself: how far setting up has come, its facts, its settings, its DNS records, leaving it.</summary>
internal static class SetUpApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var one = api.MapGroup("/organisations/{org}").WithTags("Organisations");
        one.MapGet("/", (Caller caller) => OrganisationFacts.Of(caller.Organisation.Context.Organisation)).WithSummary("The organisation");
        one.MapPut("/", ChangeAsync).WithSummary("Change name, postal address, public URL or time zone");
        one.MapGet("/set-up", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.SetUp.RunAsync(caller.Actor, cancellationToken)).WithSummary("What is still to be set up");
        one.MapGet("/dns-records", (Caller caller) => caller.Organisation.DnsRecords).WithSummary("DNS records to publish for the sender domain");
        one.MapPost("/leave", LeaveAsync).WithSummary("Leave the organisation, at once");
        one.MapGet("/settings", (Caller caller) => caller.Organisation.ReadSettings(caller.Actor)).WithSummary("Settings that are not at their defaults");
        one.MapPatch("/settings", SetAsync).WithSummary("Change settings; null takes one back to its default").WithDescription("All are checked before the first is changed.");
        api.MapGet("/settings", () => OrganisationSettings.Known).WithTags("Organisations").WithSummary("Settings there are, and what they mean");
    }

    private static async Task<OrganisationFacts> ChangeAsync(Caller caller, ChangedFacts facts, CancellationToken cancellationToken)
    {
        var before = caller.Organisation.Context.Organisation;
        var changed = OrganisationDraft.Change(before, facts.Name ?? before.Name, facts.PostalAddress ?? before.PostalAddress, facts.PublicUrl ?? before.PublicUrl.AbsoluteUri, facts.TimeZone ?? before.TimeZone.Id);
        await caller.Organisation.ChangeAsync(changed, caller.Actor, cancellationToken).ConfigureAwait(false);
        return OrganisationFacts.Of(changed);
    }

    private static async Task<NoContent> LeaveAsync(Caller caller, CancellationToken cancellationToken)
    {
        await caller.Organisation.People.LeaveAsync(caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<IReadOnlyDictionary<string, string>> SetAsync(Caller caller, Dictionary<string, string?> changes, CancellationToken cancellationToken)
    {
        await caller.Organisation.CheckAndSetAsync(changes, caller.Actor, cancellationToken).ConfigureAwait(false);
        return caller.Organisation.Settings;
    }
}

/// <summary>An organisation's facts.</summary>
internal sealed record OrganisationFacts(int Id, string Name, string Domain, string PostalAddress, string PublicUrl, string TimeZone)
{
    public static OrganisationFacts Of(Organisation one) => new(one.Id.Value, one.Name, one.Domain, one.PostalAddress, one.PublicUrl.AbsoluteUri, one.TimeZone.Id);
}

/// <summary>Changes to them; what is left out stays.</summary>
internal sealed record ChangedFacts(string? Name, string? PostalAddress, string? PublicUrl, string? TimeZone);
