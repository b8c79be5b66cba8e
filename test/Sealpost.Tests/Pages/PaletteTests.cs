using Sealpost.App.Pages.Shared;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Content.Drafts;
using Sealpost.Library;
using Sealpost.People;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Pages;

/// <summary>What the palette finds, in which order, and for whom.</summary>
public sealed class PaletteTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync();

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Theory]
    [InlineData("flu shot", "flu-shot", "", 2)]
    [InlineData("Flu-Shot", "flu-shot", "", 0)]
    [InlineData("flu", "flu-shot", "", 1)]
    [InlineData("shot", "flu-shot", "", 2)]
    [InlineData("hot", "flu-shot", "", 3)]
    [InlineData("flu draft", "flu-shot", "Campaign, draft", 4)]
    [InlineData("flu eye", "flu-shot", "Campaign, draft", null)]
    public void The_nearest_name_comes_first(string typed, string name, string words, int? rank) => Assert.Equal(rank, PaletteRank.Of(typed, name, words));

    [Fact]
    public async Task Campaigns_audiences_and_templates_are_found_by_those_who_may_see_them_and_led_to_by_number()
    {
        var first = await _clinic.Desk.CreateAsync(TestClinic.Content("flu-1"), TestClinic.Author, Token);
        var second = await _clinic.Desk.CreateAsync(TestClinic.Content("flu-2"), TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync("flu-2", TestClinic.Author, Token);
        var audience = await new SavedAudienceDesk(_clinic.Context).CreateAsync("Eyes due", AudienceQuery.Parse("age >= 18").Query!, TestClinic.Author, Token);
        var template = await new ContentLibrary(_clinic.Context).Templates.CreateAsync("Eye letter", new MessageDraft(), TestClinic.Author, Token);

        var found = await NamedPlaces.ListAsync(_clinic.Context, TestClinic.Author, Token);
        Assert.Equal(
            [("flu-2", $"/campaigns/{second.Id}", "Campaign, waits for approval"), ("flu-1", $"/campaigns/{first.Id}", "Campaign, draft"), ("Eyes due", $"/audiences/{audience.Id}", "Audience"), ("Eye letter", $"/content/{template.Id}", "Template")],
            found.Select(one => (one.Name, one.Path, one.Kind)));
        Assert.All(found, one => Assert.DoesNotContain(one.Name, one.ToString(), StringComparison.Ordinal));

        Assert.Empty(await NamedPlaces.ListAsync(_clinic.Context, TestClinic.Author with { Roles = Roles.None }, Token));
    }
}
