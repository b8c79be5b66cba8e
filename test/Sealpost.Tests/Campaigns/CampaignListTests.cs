using Sealpost.Campaigns;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignListTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    private CampaignList List => new(_clinic.Context);

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        foreach (var name in new[] { "eye-1", "flu-1", "eye-2", "eye-3", "flu-2" })
            await _clinic.Desk.CreateAsync(TestClinic.Content(name), TestClinic.Author, Token);
        await _clinic.Desk.SubmitAsync("eye-2", TestClinic.Author, Token);
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task Pages_follow_one_another_newest_first_without_gap_or_repeat()
    {
        var names = new List<string>();
        long? before = null;
        do
        {
            var page = await List.PageAsync(new CampaignListRequest([], null, before, 2), TestClinic.Author, Token);
            names.AddRange(page.Entries.Select(entry => entry.Name));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(["flu-2", "eye-3", "eye-2", "flu-1", "eye-1"], names);
    }

    [Fact]
    public async Task A_search_looks_at_names_and_states()
    {
        var found = await List.PageAsync(new CampaignListRequest([CampaignState.Draft], "EYE", null, 10), TestClinic.Author, Token);
        Assert.Equal(["eye-3", "eye-1"], found.Entries.Select(entry => entry.Name));
        Assert.Equal((4, 1), ((await List.CountsAsync(TestClinic.Author, Token))[CampaignState.Draft], (await List.CountsAsync(TestClinic.Author, Token))[CampaignState.Submitted]));
    }

    [Fact]
    public async Task A_draft_that_was_sent_back_is_marked_until_it_is_submitted_again()
    {
        await _clinic.Desk.SendBackAsync("eye-2", "Shorter, please.", TestClinic.Approver, Token);
        Assert.Equal(["eye-2"], (await PageAsync()).Where(entry => entry.SentBack).Select(entry => entry.Name));
        await _clinic.Desk.SubmitAsync("eye-2", TestClinic.Author, Token);
        Assert.DoesNotContain(await PageAsync(), entry => entry.SentBack);
    }

    private async Task<IReadOnlyList<CampaignEntry>> PageAsync() => (await List.PageAsync(new CampaignListRequest([], null, null, 10), TestClinic.Author, Token)).Entries;
}
