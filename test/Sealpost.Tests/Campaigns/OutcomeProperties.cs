using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Reports;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>Whatever happens in whatever order, every selected patient stays in exactly one term of the sum, and an outcome is final.</summary>
public abstract class OutcomeProperties : IAsyncLifetime
{
    private const int Patients = 6;
    private static readonly Outcome[] Ends =
        [Outcome.Pending, Outcome.WithheldBasis, Outcome.WithheldTransport, Outcome.Accepted, Outcome.Rejected, Outcome.Expired, Outcome.Pickup, Outcome.InDoubt];

    private static readonly Gen<(int Step, int Patient, int End)> Steps = Gen.Select(Gen.Int[0, 11], Gen.Int[0, Patients - 1], Gen.Int[0, Ends.Length - 1]);

    private protected abstract Task<string?> UrlAsync();

    private TestClinic _clinic = null!;
    private OutcomeJournal _journal = null!;
    private ShardLease _lease = null!;
    private FeedAudience _feed = null!;
    private OutcomeWriter _writer = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync(await UrlAsync());
        await _clinic.AddPatientsAsync(Patients, "a.example");
        _lease = await ShardLease.AcquireAsync(_clinic.Context, takeOver: true, Token);
        _journal = OutcomeJournal.Open(_clinic.Context.Keys, _clinic.Options.JournalFolder);
        _feed = new FeedAudience(_clinic.Options.Accepted, new ChangeWatch(), _clinic.Time, NullLogger.Instance);
        _writer = new OutcomeWriter(_clinic.Context, _lease, _journal, new DecisionLog(_clinic.Context.Database, _clinic.Context.Keys), _feed);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _feed.DisposeAsync();
        await _lease.DisposeAsync();
        _journal.Dispose();
        await _clinic.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_sum_holds_at_every_moment_and_outcomes_are_final()
    {
        var samples = new List<List<(int, int, int)>>();
        Steps.List[1, 25].Sample(samples.Add, iter: 25, threads: 1);
        for (var i = 0; i < samples.Count; i++)
            await RunAsync($"c{i}", samples[i]);
    }

    private async Task RunAsync(string name, List<(int Step, int Patient, int End)> steps)
    {
        await _clinic.ApprovedAsync(TestClinic.Content(name));
        var id = (await _clinic.Desk.Store.NumberOfAsync(name, Token))!.Value;
        await _clinic.Desk.Store.TransitAsync(new CampaignTransition(id, CampaignAct.Send, "u"), Token);
        var prepared = await PreparedCampaign.FromAsync((await _clinic.Desk.Store.FindAsync(id, Token))!, _clinic.Context, _clinic.Desk.Store, Token);
        await new SelectDeliveries(_clinic.Context, _clinic.Options, new DecisionLog(_clinic.Context.Database, _clinic.Context.Keys), new DestinationStore(_clinic.Context)).RunAsync(prepared, _ => { }, Token);
        var before = await StatesAsync(id);
        foreach (var step in steps)
        {
            await StepAsync(id, step);
            var report = await _clinic.ReportAsync(name);
            Assert.True(report.AddsUp && report.Selected == Patients);
            var after = await StatesAsync(id);
            Assert.All(before.Where(row => row.Value is not (Outcome.Pending or Outcome.InFlight)), row => Assert.Equal(row.Value, after[row.Key]));
            before = after;
        }
    }

    private async Task StepAsync(long id, (int Step, int Patient, int End) step)
    {
        var patient = new PatientNumber(step.Patient);
        var now = _clinic.Time.GetUtcNow();
        switch (step.Step)
        {
            case < 4:
                await _writer.IntendAsync(new Intent(id, patient, 1, now, now, new byte[16]), CancellationToken.None);
                break;
            case < 10:
                await _writer.SettleAsync(new Settlement
                {
                    Campaign = id,
                    Patient = patient,
                    Outcome = Ends[step.End],
                    At = now,
                    Attempts = 1,
                    FirstAt = now,
                    Reason = Ends[step.End] == Outcome.WithheldBasis ? WithholdReason.Suppressed : null,
                }, CancellationToken.None);
                break;
            case 10:
                await _writer.BulkAsync(async (transaction, token) =>
                {
                    await new DeliveryStore(_clinic.Context).DoubtInFlightAsync(null, now, transaction, token);
                    return [];
                }, CancellationToken.None);
                break;
            default:
                await _writer.BulkAsync(async (transaction, token) =>
                {
                    if (await _clinic.Desk.Store.StateAsync(transaction, id, token) == CampaignState.Sending)
                        await _clinic.Desk.Store.TransitAsync(new CampaignTransition(id, CampaignAct.Cancel, "u"), transaction, token);
                    return JournalLines.Of(id, await new DeliveryStore(_clinic.Context).EndPendingAsync(id, null, Outcome.Cancelled, null, now, transaction, token), Outcome.Cancelled, now);
                }, CancellationToken.None);
                break;
        }
    }

    private async Task<Dictionary<PatientNumber, Outcome>> StatesAsync(long id) =>
        (await new DeliveryRecords(_clinic.Context).PageAsync(id, null, null, 1_000, Token)).ToDictionary(record => record.Patient, record => record.Outcome);
}

public sealed class OutcomesOnSqliteTests : OutcomeProperties
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class OutcomesOnPostgresqlTests(PostgresServer server) : OutcomeProperties
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
