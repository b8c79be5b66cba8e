using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Audiences;

public sealed class ReachTests : IAsyncLifetime
{
    private TestClinic _clinic = null!;
    private ReadReach _reach = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        await _clinic.AddPatientsAsync(30, "a.example");
        _reach = new ReadReach(_clinic.Context, new MeasureReach(_clinic.Context, new Sealpost.Shards.MeasureAudience(_clinic.Context.Audience), _clinic.Options.Policy));
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task It_tells_how_many_there_are_and_how_many_may_be_written_to_and_keeps_one_point_a_day()
    {
        var officer = new Sealpost.People.Actor("u-c", "Cora", Sealpost.People.Roles.Compliance);
        await _reach.NoteAsync(Token);
        await _clinic.Context.Consent.SuppressAsync(null, new(1), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
        await _reach.NoteAsync(Token); // The first one of the day stays.
        _clinic.Clock.Advance(TimeSpan.FromDays(1));
        var found = await _reach.RunAsync(officer, Token);
        Assert.Equal((30L, 29L, 0L), (found.Now.Patients.Value, found.Now.Care.Value, found.Now.Marketing.Value));
        Assert.Equal([(30L, 30L)], found.Earlier.Select(one => (one.Patients.Value!.Value, one.Care.Value!.Value)));
        Assert.Equal(ShownAs.About, (await _reach.RunAsync(TestClinic.Author, Token)).Now.Care.As);
    }
}
