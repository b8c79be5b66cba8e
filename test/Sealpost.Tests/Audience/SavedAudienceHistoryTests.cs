using Sealpost.Audience;
using Sealpost.Tests.Shards;

namespace Sealpost.Tests.Audience;

public sealed class SavedAudienceHistoryTests : IAsyncLifetime
{
    private Clinic _clinic = null!;
    private SavedAudiences _saved = null!;
    private AudienceDrafts _drafts = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _clinic = await Clinic.OpenAsync();
        _saved = new SavedAudiences(_clinic.Database, _clinic.Keys, _clinic.Ledger, _clinic.Time);
        _drafts = new AudienceDrafts(_clinic.Database, _clinic.Keys, _clinic.Time);
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task A_rename_keeps_number_and_history()
    {
        var made = await _saved.CreateAsync("before", Query("age > 5"), "u-1", Token);
        var renamed = await _saved.ReviseAsync(made.Id, 1, "after", null, "u-2", Token);
        Assert.Equal((made.Id, 2, "age > 5"), (renamed.Id, renamed.Version, renamed.Query));
        Assert.Null(await _saved.GetAsync("before", Token));
        Assert.Equal(["after", "before"], (await _saved.HistoryAsync("AFTER", Token)).Select(version => version.Name));
    }

    [Fact]
    public async Task An_earlier_version_is_restored_as_a_new_one()
    {
        var made = await _saved.CreateAsync("a", Query("age > 5"), "u-1", Token);
        await _saved.ReviseAsync(made.Id, 1, null, Query("age > 6"), "u-1", Token);
        Assert.Equal(("age > 5", 3), ((await _saved.RestoreAsync(made.Id, 1, "u-2", Token)).Query, (await _saved.GetAsync(made.Id, Token))!.Version));
        await Assert.ThrowsAsync<RefusedException>(() => _saved.RestoreAsync(made.Id, 9, "u-2", Token));
    }

    [Fact]
    public async Task What_is_deleted_comes_back_unless_its_name_was_taken()
    {
        var first = await _saved.CreateAsync("a", Query("age > 5"), "u-1", Token);
        await _saved.DeleteAsync(first.Id, "u-1", Token);
        Assert.Empty(await _saved.ListAsync(Token));
        Assert.Equal(first.Id, Assert.Single(await _saved.DeletedAsync(Token)).Id);
        await Assert.ThrowsAsync<RefusedException>(() => _saved.DeleteAsync(first.Id, "u-1", Token));

        await _saved.UndeleteAsync(first.Id, "u-1", Token);
        await _saved.DeleteAsync(first.Id, "u-1", Token);
        var second = await _saved.CreateAsync("A", Query("age > 6"), "u-1", Token);
        Assert.NotEqual(first.Id, second.Id);
        await Assert.ThrowsAsync<RefusedException>(() => _saved.UndeleteAsync(first.Id, "u-1", Token));
    }

    [Fact]
    public async Task Two_people_do_not_overwrite_each_other()
    {
        var made = await _saved.CreateAsync("a", Query("age > 5"), "u-1", Token);
        await _saved.ReviseAsync(made.Id, 1, null, Query("age > 6"), "u-1", Token);
        await Assert.ThrowsAsync<RefusedException>(() => _saved.ReviseAsync(made.Id, 1, null, Query("age > 7"), "u-2", Token));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused()
    {
        await _saved.CreateAsync("a", Query("age > 5"), "u-1", Token);
        var other = await _saved.CreateAsync("b", Query("age > 5"), "u-1", Token);
        await Assert.ThrowsAsync<RefusedException>(() => _saved.CreateAsync(" A ", Query("age > 5"), "u-1", Token));
        await Assert.ThrowsAsync<RefusedException>(() => _saved.ReviseAsync(other.Id, 1, "a", null, "u-1", Token));
    }

    [Fact]
    public async Task A_draft_belongs_to_one_person_and_one_audience()
    {
        await _drafts.KeepAsync("u-1", 4, 2, "age > ", Token);
        await _drafts.KeepAsync("u-1", 4, 2, "age > 5", Token);
        Assert.Equal(("age > 5", 2), await _drafts.FindAsync("u-1", 4, Token) is { } draft ? (draft.Text, draft.BasedOn) : default);
        Assert.Null(await _drafts.FindAsync("u-2", 4, Token));
        Assert.Null(await _drafts.FindAsync("u-1", 0, Token));
        await _drafts.DropAsync("u-1", 4, Token);
        Assert.Null(await _drafts.FindAsync("u-1", 4, Token));
    }

    private static AudienceQuery Query(string text) => AudienceQuery.Parse(text).Query!;
}
