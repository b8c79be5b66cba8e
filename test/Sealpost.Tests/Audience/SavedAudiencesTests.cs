using Sealpost.Audience;
using Sealpost.Tests.Shards;

namespace Sealpost.Tests.Audience;

public sealed class SavedAudiencesTests : IAsyncLifetime
{
    private Clinic _clinic = null!;
    private SavedAudiences _saved = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _clinic = await Clinic.OpenAsync();
        _saved = new SavedAudiences(_clinic.Database, _clinic.Keys, _clinic.Ledger, _clinic.Time);
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task Every_version_is_kept_under_a_name_whatever_its_case()
    {
        Assert.Equal(1, await _saved.SaveAsync("Diabetes", Query("condition in (icd10:E11*)"), "u-1", Token));
        Assert.Equal(2, await _saved.SaveAsync(" diabetes ", Query("condition in (icd10:E10*)"), "u-2", Token));
        Assert.Equal("condition in (icd10:E10*)", (await _saved.GetAsync("DIABETES", Token))!.Query);
        Assert.Equal([2, 1], (await _saved.HistoryAsync("diabetes", Token)).Select(version => version.Version));
        Assert.Null(await _saved.GetAsync("asthma", Token));
    }

    [Fact]
    public async Task The_same_query_again_is_no_new_version()
    {
        await _saved.SaveAsync("a", Query("age > 5"), "u-1", Token);
        Assert.Equal(1, await _saved.SaveAsync("a", Query("AGE > 5"), "u-1", Token));
    }

    [Fact]
    public async Task The_list_holds_the_newest_of_each_by_name()
    {
        await _saved.SaveAsync("b", Query("age > 5"), "u-1", Token);
        await _saved.SaveAsync("A", Query("age > 6"), "u-1", Token);
        await _saved.SaveAsync("b", Query("age > 7"), "u-1", Token);
        Assert.Equal(["A age > 6", "b age > 7"], (await _saved.ListAsync(Token)).Select(audience => $"{audience.Name} {audience.Query}"));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("a\nb")]
    public async Task A_name_that_cannot_be_shown_is_refused(string name) =>
        await Assert.ThrowsAsync<RefusedException>(() => _saved.SaveAsync(name, Query("age > 5"), "u-1", Token));

    private static AudienceQuery Query(string text) => AudienceQuery.Parse(text).Query!;
}
