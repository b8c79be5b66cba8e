using Sealpost.Audience;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Campaigns;

/// <summary>What people do with saved audiences and their own drafts. Rights are checked here, for every face alike.</summary>
internal sealed class SavedAudienceDesk(OrganisationContext context)
{
    private const Roles Read = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;
    private const Roles Write = Roles.Marketer;

    private readonly SavedAudiences _saved = new(context.Database, context.Keys, context.Ledger, context.Time);
    private readonly AudienceDrafts _drafts = new(context.Database, context.Keys, context.Time);

    /// <summary>The newest version of each in use, by name; or of each deleted.</summary>
    public Task<IReadOnlyList<SavedAudience>> ListAsync(bool deleted, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Read, "see audiences");
        return deleted ? _saved.DeletedAsync(cancellationToken) : _saved.ListAsync(cancellationToken);
    }

    /// <summary>The newest version; null where there is no such audience.</summary>
    public Task<SavedAudience?> GetAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Read, "see audiences");
        return _saved.GetAsync(id, cancellationToken);
    }

    /// <summary>The newest version under a name, whatever its case.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    public async Task<SavedAudience> GetAsync(string name, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Read, "see audiences");
        return await _saved.GetAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no audience of this name. `sealpost audience saved` shows them.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>Every version, newest first.</summary>
    public async Task<IReadOnlyList<SavedAudience>> HistoryAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Read, "see audiences");
        return await _saved.HistoryAsync(id, cancellationToken).ConfigureAwait(false) is { Count: > 0 } versions
            ? versions
            : throw new RefusedException("There is no such audience.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>What differs between two versions.</summary>
    /// <param name="id">Which audience.</param>
    /// <param name="before">The older version.</param>
    /// <param name="after">The newer version.</param>
    /// <param name="words">How rules are said here.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RefusedException">There is no such audience or version.</exception>
    public async Task<AudienceComparison> CompareAsync(long id, int before, int after, QueryWords words, Actor actor, CancellationToken cancellationToken)
    {
        var versions = await HistoryAsync(id, actor, cancellationToken).ConfigureAwait(false);
        SavedAudience Version(int number) => versions.FirstOrDefault(one => one.Version == number)
            ?? throw new RefusedException($"The audience has no version {number}. Its versions are 1 to {versions[0].Version}.") { Kind = RefusalKind.NotFound };
        var (old, now) = (Version(before), Version(after));
        var rule = CompareRules.Run(AudienceQuery.Parse(old.Query).Query!, AudienceQuery.Parse(now.Query).Query!, words);
        return new AudienceComparison(old, now, old.Name == now.Name ? rule.Words : [$"Renamed from “{old.Name}” to “{now.Name}”.", .. rule.Words], rule.Lines);
    }

    /// <summary>Campaigns whose rule is one that the audience has or had, newest first: a campaign holds its own copy of a rule.</summary>
    public async Task<IReadOnlyList<AudienceUse>> UsesAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        var versions = (await HistoryAsync(id, actor, cancellationToken).ConfigureAwait(false))
            .GroupBy(version => version.Query, StringComparer.Ordinal)
            .ToDictionary(rule => rule.Key, rule => rule.Max(version => version.Version), StringComparer.Ordinal);
        var store = new CampaignStore(context);
        var uses = new List<AudienceUse>();
        foreach (var campaign in await store.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var rule = AudienceQuery.Parse((await store.FindAsync(campaign.Id, cancellationToken).ConfigureAwait(false))?.Content.Audience ?? "").Query?.ToText();
            if (rule is not null && versions.TryGetValue(rule, out var version))
                uses.Add(new AudienceUse(campaign, version));
        }

        return uses;
    }

    /// <summary>Saves under a name, which may be taken: then it is a new version. For commands.</summary>
    public Task<int> SaveAsync(string name, AudienceQuery query, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "save audiences");
        return _saved.SaveAsync(name, query, actor.Id, cancellationToken);
    }

    /// <summary>Saves a new audience and drops the person's draft of it.</summary>
    public async Task<SavedAudience> CreateAsync(string name, AudienceQuery query, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "save audiences");
        var saved = await _saved.CreateAsync(name, query, actor.Id, cancellationToken).ConfigureAwait(false);
        await _drafts.DropAsync(actor.Id, 0, cancellationToken).ConfigureAwait(false);
        return saved;
    }

    /// <summary>Saves a copy of an audience under the next free name.</summary>
    /// <exception cref="RefusedException">There is no such audience.</exception>
    public async Task<SavedAudience> CopyAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "save audiences");
        var audience = await _saved.GetAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such audience.") { Kind = RefusalKind.NotFound };
        var taken = (await _saved.ListAsync(cancellationToken).ConfigureAwait(false)).Select(one => one.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var name = Enumerable.Range(1, taken.Count + 1)
            .Select(number => Copied(audience.Name, number))
            .First(name => !taken.Contains(name));
        return await _saved.CreateAsync(name, AudienceQuery.Parse(audience.Query).Query!, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    private static string Copied(string name, int number)
    {
        var ending = number == 1 ? " (copy)" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $" (copy {number})");
        return name[..Math.Min(name.Length, SavedAudiences.MaxNameLength - ending.Length)].TrimEnd() + ending;
    }

    /// <summary>Saves a new version and drops the person's draft of it; null keeps name or query.</summary>
    public async Task<SavedAudience> ReviseAsync(long id, int basedOn, string? name, AudienceQuery? query, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "save audiences");
        var saved = await _saved.ReviseAsync(id, basedOn, name, query, actor.Id, cancellationToken).ConfigureAwait(false);
        if (query is not null)
            await _drafts.DropAsync(actor.Id, id, cancellationToken).ConfigureAwait(false);
        return saved;
    }

    /// <summary>Makes an earlier version's query the newest one.</summary>
    public Task<SavedAudience> RestoreAsync(long id, int version, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "save audiences");
        return _saved.RestoreAsync(id, version, actor.Id, cancellationToken);
    }

    /// <summary>Deletes; can be undone.</summary>
    public Task DeleteAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "delete audiences");
        return _saved.DeleteAsync(id, actor.Id, cancellationToken);
    }

    /// <summary>Brings a deleted audience back.</summary>
    public Task<SavedAudience> UndeleteAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "delete audiences");
        return _saved.UndeleteAsync(id, actor.Id, cancellationToken);
    }

    /// <summary>The person's own draft; null where there is none.</summary>
    public Task<AudienceDraft?> DraftAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Read, "see audiences");
        return _drafts.FindAsync(actor.Id, id, cancellationToken);
    }

    /// <summary>Keeps the person's draft.</summary>
    public Task KeepDraftAsync(long id, int basedOn, string text, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "save audiences");
        return _drafts.KeepAsync(actor.Id, id, basedOn, text, cancellationToken);
    }

    /// <summary>Throws the person's draft away.</summary>
    public Task DropDraftAsync(long id, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Write, "save audiences");
        return _drafts.DropAsync(actor.Id, id, cancellationToken);
    }
}

/// <summary>What differs between two versions of a saved audience.</summary>
/// <param name="Before">The older one.</param>
/// <param name="After">The newer one.</param>
/// <param name="Words">A sentence for each change.</param>
/// <param name="Lines">Both rules as one, part by part.</param>
internal sealed record AudienceComparison(SavedAudience Before, SavedAudience After, IReadOnlyList<string> Words, IReadOnlyList<RuleLine> Lines)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
