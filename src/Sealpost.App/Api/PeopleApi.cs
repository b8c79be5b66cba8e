using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.App.Hosting;
using Sealpost.People;

namespace Sealpost.App.Api;

/// <summary>People and their tokens, over the API.</summary>
internal static class PeopleApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var people = api.MapGroup("/organisations/{org}/people").WithTags("People");
        people.MapGet("", async (Caller caller, CancellationToken token) => (await caller.Organisation.People.ColleaguesAsync(caller.Actor, token).ConfigureAwait(false)).Select(ColleagueAnswer.Of)).WithSummary("People, their roles, and how they stand");
        people.MapPost("", async (Caller caller, WantedPerson wanted, CancellationToken token) =>
        {
            var added = await caller.Organisation.People.AddAsync(NameOf(wanted.Name), RolesOf(wanted.Roles), caller.Actor, token).ConfigureAwait(false);
            return new PersonAnswer(added.Id, added.Name, RoleNames.List(added.Roles).Split(',', StringSplitOptions.RemoveEmptyEntries));
        }).WithSummary("Add a person who acts by tokens");
        people.MapPost("/invite", InviteAsync).WithSummary("Invite a person to sign in; answers with a link that works once");
        people.MapPost("/grant", async (Caller caller, WantedPerson wanted, CancellationToken token) =>
        {
            await caller.Organisation.People.GrantAsync(NameOf(wanted.Name), RolesOf(wanted.Roles), caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Set a person's roles; none takes all away");
        people.MapPost("/end", async (Caller caller, WantedPerson wanted, CancellationToken token) =>
        {
            await caller.Organisation.People.EndAsync(NameOf(wanted.Name), caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("End a person here, at once");
        MapTokens(api);
    }

    private static void MapTokens(IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/organisations/{org}/tokens").WithTags("Tokens");
        tokens.MapGet("", async (Caller caller, string? owner, CancellationToken token) =>
            (await caller.Organisation.Tokens.ListAsync(owner, caller.Actor, token).ConfigureAwait(false))
                .Select(one => new TokenAnswer(one.Id, one.Name, one.Owner.Name, RoleNames.List(one.Roles).Split(',', StringSplitOptions.RemoveEmptyEntries), one.ReadOnly, one.CreatedAt, one.ExpiresAt, one.LastUsedAt)))
            .WithSummary("Tokens, without their secrets");
        tokens.MapPost("", async (Caller caller, WantedToken wanted, CancellationToken token) =>
        {
            var draft = new AccessTokenDraft(wanted.Name ?? "Token", TimeSpan.FromDays(wanted.Days ?? 90), wanted.Roles is null ? null : RolesOf(wanted.Roles), wanted.ReadOnly ?? false);
            return new SecretAnswer(await caller.Organisation.Tokens.CreateAsync(wanted.Owner ?? caller.Actor.Name, draft, caller.Actor, token).ConfigureAwait(false));
        }).WithSummary("Make a token; it is answered once and stored nowhere");
        tokens.MapPost("/revoke", async (Caller caller, WantedRevocations wanted, CancellationToken token) =>
            new CountAnswer(await caller.Organisation.Tokens.RevokeAllAsync(NameOf(wanted.Owner), caller.Actor, token).ConfigureAwait(false))).WithSummary("End all tokens of a person, at once");
        tokens.MapPost("/{id}/revoke", async (Caller caller, string id, CancellationToken token) =>
        {
            await caller.Organisation.Tokens.RevokeOneAsync(id, caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("End one token, at once");
    }

    private static async Task<LinkAnswer> InviteAsync(Caller caller, Installation installation, HttpRequest request, WantedPerson wanted, CancellationToken cancellationToken)
    {
        var who = new NewCredentials(NameOf(wanted.Name), wanted.Email ?? "");
        var token = await installation.People.Invitations.InviteAsync(caller.Organisation.Context.Organisation.Id, who, RolesOf(wanted.Roles), caller.Actor, cancellationToken).ConfigureAwait(false);
        return new LinkAnswer($"{request.Scheme}://{request.Host}{PeopleSetup.WelcomePath(token)}");
    }

    private static string NameOf(string? name) => string.IsNullOrWhiteSpace(name) ? throw new RefusedException("Send the person's name.") : name.Trim();

    private static Roles RolesOf(IReadOnlyList<string>? roles) => RoleNames.Parse(string.Join(',', roles ?? []));
}

/// <summary>A person to add, invite, or change.</summary>
internal sealed record WantedPerson(string? Name, string? Email, IReadOnlyList<string>? Roles);

/// <summary>A person.</summary>
internal sealed record PersonAnswer(string Id, string Name, string[] Roles);

/// <summary>A person and how they stand.</summary>
internal sealed record ColleagueAnswer(string Id, string Name, string[] Roles, string? Email, DateTimeOffset? JoinedAt, DateTimeOffset? InvitedUntil)
{
    public static ColleagueAnswer Of(Colleague one) => new(one.Actor.Id, one.Actor.Name, RoleNames.List(one.Actor.Roles).Split(',', StringSplitOptions.RemoveEmptyEntries), one.Email, one.JoinedAt, one.InvitedUntil);
}

/// <summary>A token to make.</summary>
internal sealed record WantedToken(string? Owner, string? Name, int? Days, IReadOnlyList<string>? Roles, bool? ReadOnly);

/// <summary>Whose tokens end.</summary>
internal sealed record WantedRevocations(string? Owner);

/// <summary>A token, without its secret.</summary>
internal sealed record TokenAnswer(string Id, string Name, string Owner, string[] Roles, bool ReadOnly, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>A secret, shown once.</summary>
internal sealed record SecretAnswer(string Token);
