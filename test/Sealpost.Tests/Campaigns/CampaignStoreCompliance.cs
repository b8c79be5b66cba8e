using Sealpost.Campaigns;

namespace Sealpost.Tests.Campaigns;

/// <summary>Campaigns as stored, on every database.</summary>
public abstract class CampaignStoreCompliance : IAsyncLifetime
{
    private CampaignStore _store = null!;
    private TestClinic _clinic = null!;

    private protected TestClinic Clinic => _clinic;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync(await UrlAsync());
        _store = new CampaignStore(_clinic.Context);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task A_campaign_is_found_by_name_whatever_its_case()
    {
        var id = await _store.AddAsync(TestClinic.Content("Eye-Exam"), "u1", Token);
        var found = Assert.IsType<Campaign>(await _store.FindAsync("eye-exam", Token));
        Assert.Equal((id, "Eye-Exam", CampaignState.Draft), (found.Id, found.Name, found.State));
        Assert.Equal(id, await _store.NumberOfAsync("EYE-EXAM", Token));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await _store.AddAsync(TestClinic.Content("flu"), "u1", Token);
        await Assert.ThrowsAsync<RefusedException>(() => _store.AddAsync(TestClinic.Content("FLU"), "u2", Token));
    }

    [Fact]
    public async Task A_revision_is_a_new_version_and_voids_the_approval()
    {
        var id = await _store.AddAsync(TestClinic.Content("flu"), "u1", Token);
        await _store.TransitAsync(new CampaignTransition(id, CampaignAct.Submit, "u1"), Token);
        await _store.TransitAsync(new CampaignTransition(id, CampaignAct.Approve, "u2") { Columns = [("approver", "u2"), ("approved_hash", "h"), ("as_of", 1)] }, Token);
        await _store.ReviseAsync(id, TestClinic.Content("flu") with { Subject = "Other" }, "u3", Token);
        var revised = (await _store.FindAsync(id, Token))!;
        Assert.Equal((CampaignState.Draft, 2, "Other"), (revised.State, revised.Version, revised.Content.Subject));
        Assert.Equal((null, null, null), (revised.Approver, revised.ApprovedHash, revised.AsOf));
        Assert.Equal(["u1", "u3"], (await _store.AuthorsAsync(id, Token)).Order());
    }

    [Fact]
    public async Task A_refused_act_says_what_to_do_instead_and_changes_nothing()
    {
        var id = await _store.AddAsync(TestClinic.Content("flu"), "u1", Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _store.TransitAsync(new CampaignTransition(id, CampaignAct.Send, "u1"), Token));
        Assert.Contains("second person", refused.Message, StringComparison.Ordinal);
        Assert.Equal(CampaignState.Draft, (await _store.FindAsync(id, Token))!.State);
    }

    [Fact]
    public async Task A_version_that_changed_since_it_was_read_is_not_submitted()
    {
        var id = await _store.AddAsync(TestClinic.Content("flu"), "u1", Token);
        await _store.ReviseAsync(id, TestClinic.Content("flu") with { Subject = "Other" }, "u1", Token);
        await Assert.ThrowsAsync<RefusedException>(() => _store.TransitAsync(new CampaignTransition(id, CampaignAct.Submit, "u1") { Version = 1 }, Token));
    }

    [Fact]
    public async Task Every_transition_is_a_ledger_event_with_its_actor()
    {
        var id = await _store.AddAsync(TestClinic.Content("flu"), "u1", Token);
        await _store.TransitAsync(new CampaignTransition(id, CampaignAct.Submit, "u1"), Token);
        await _store.TransitAsync(new CampaignTransition(id, CampaignAct.Approve, "u2"), Token);
        Assert.Equal(["campaign.created u1", "campaign.submitted u1", "campaign.approved u2"], await _clinic.LedgerAsync("campaign."));
    }

    [Fact]
    public async Task A_campaign_prints_its_number_and_not_its_name()
    {
        var id = await _store.AddAsync(TestClinic.Content("hiv-follow-up"), "u1", Token);
        Assert.Equal($"campaign {id} (Draft)", (await _store.FindAsync(id, Token))!.ToString());
        Assert.Equal($"campaign {id} (Draft)", (await _store.ListAsync(Token))[0].ToString());
    }
}
