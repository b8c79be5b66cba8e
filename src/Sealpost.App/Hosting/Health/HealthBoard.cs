using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.App.Hosting.Health;

/// <summary>One thing that must be well.</summary>
/// <param name="Name">What.</param>
/// <param name="Well">Whether.</param>
/// <param name="Words">How it stands, and how to mend it.</param>
internal sealed record HealthCheck(string Name, bool Well, string Words);

/// <summary>How the server does: checks, and OpenTelemetry metrics. Holds numbers alone; no patient, no organisation, no campaign.</summary>
internal sealed class HealthBoard : IDisposable
{
    /// <summary>Meter of this installation's gauges.</summary>
    public const string MeterName = "Sealpost.Installation";

    private const long LeastFreeBytes = 1L << 30;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan OutsideFresh = TimeSpan.FromMinutes(1);

    private readonly Installation _installation;
    private readonly Meter _meter = new(MeterName);
    private readonly SemaphoreSlim _reading = new(1);
    private readonly BaseExportingMetricReader _reader;
    private readonly MetricShelf _shelf = new();
    private (long ReadAt, IReadOnlyList<HealthCheck> Checks)? _outside;
    private long _readAt;
    private long _pending;
    private long _inDoubt;
    private long _patients;

    public HealthBoard(Installation installation)
    {
        _installation = installation;
        _reader = new BaseExportingMetricReader(_shelf);
        _meter.CreateObservableGauge("sealpost.queue.pending", () => Volatile.Read(ref _pending), "{delivery}", "Deliveries that wait for their first or next try.");
        _meter.CreateObservableGauge("sealpost.queue.in_doubt", () => Volatile.Read(ref _inDoubt), "{delivery}", "Deliveries whose fate is not known.");
        _meter.CreateObservableGauge("sealpost.patients", () => Volatile.Read(ref _patients), "{patient}", "Charts in the store.");
        _meter.CreateObservableGauge("sealpost.index.size", () => _installation.Silo.IndexBytes, "By", "The audience index in memory.");
    }

    /// <summary>Has OpenTelemetry collect what is shown, and hand it to us alone.</summary>
    public void Configure(MeterProviderBuilder builder) => builder
        .AddMeter(SendMeter.Name, MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime")
        .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { TagKeys = ["http.route", "http.response.status_code"], Boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] })
        .AddView(instrument => instrument.Meter.Name == "Microsoft.AspNetCore.Hosting" && instrument.Name != "http.server.request.duration" ? MetricStreamConfiguration.Drop : null)
        .AddReader(_reader);

    /// <summary>The metrics as they stand.</summary>
    public async Task<MetricShelf> CollectAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_readAt == 0 || _installation.Time.GetElapsedTime(_readAt) > Fresh)
            {
                await ReadAsync(cancellationToken).ConfigureAwait(false);
                _readAt = _installation.Time.GetTimestamp();
            }

            _reader.Collect();
            return _shelf;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<IReadOnlyList<HealthCheck>> CheckAsync(CancellationToken cancellationToken)
    {
        var checks = new List<HealthCheck> { await StoreAsync(cancellationToken).ConfigureAwait(false) };
        if (!checks[0].Well)
            return checks;
        var free = new DriveInfo(_installation.Folder.Root).AvailableFreeSpace;
        checks.Add(new HealthCheck("Disk", free > LeastFreeBytes, free > LeastFreeBytes ? $"{free >> 30:N0} GiB free where the data are." : "Less than 1 GiB is free where the data are: make room."));
        var kept = await _installation.Kit.IsKeptAsync(cancellationToken).ConfigureAwait(false);
        checks.Add(new HealthCheck("Recovery kit", kept || _installation.Folder.IsDemo, kept ? "Put away." : _installation.Folder.IsDemo ? "A demo needs none." : "Nobody has said that it is put away. Without it, a lost key file takes every record with it."));
        checks.Add(await InDoubtAsync(cancellationToken).ConfigureAwait(false));
        checks.AddRange(await OutsideAsync(cancellationToken).ConfigureAwait(false));
        return checks;
    }

    /// <summary>Whether the store answers.</summary>
    public async Task<bool> StoreAnswersAsync(CancellationToken cancellationToken) => (await StoreAsync(cancellationToken).ConfigureAwait(false)).Well;

    /// <summary>The checks, for a person.</summary>
    /// <exception cref="RefusedException">The actor may not see them.</exception>
    public Task<IReadOnlyList<HealthCheck>> CheckAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Administrator | Roles.Auditor, "see how the server does");
        return CheckAsync(cancellationToken);
    }

    public void Dispose()
    {
        _meter.Dispose();
        _reading.Dispose();
        _shelf.Dispose();
    }

    private async Task<HealthCheck> StoreAsync(CancellationToken cancellationToken)
    {
        var started = _installation.Time.GetTimestamp();
        try
        {
            await using var connection = await _installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
            await using var command = Sql.Command(connection, "SELECT COUNT(*) FROM organisation");
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return new HealthCheck("Store", true, $"Answers in {_installation.Time.GetElapsedTime(started).TotalMilliseconds:N0} ms ({_installation.Database.Kind}).");
        }
        catch (Exception exception) when (exception is System.Data.Common.DbException or TransientStoreException or IOException)
        {
            return new HealthCheck("Store", false, "The store does not answer. Look whether its disk or its server is there.");
        }
    }

    private async Task<HealthCheck> InDoubtAsync(CancellationToken cancellationToken)
    {
        await CollectAsync(cancellationToken).ConfigureAwait(false);
        return new HealthCheck("Deliveries in doubt", _inDoubt == 0, _inDoubt == 0 ? "None." : $"{_inDoubt:N0}: find out and say what became of each, in the queue.");
    }

    /// <summary>What questions to the outside say, of all organisations together; kept for a minute, since the page looks every few seconds.</summary>
    private async Task<IReadOnlyList<HealthCheck>> OutsideAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_outside is { } known && _installation.Time.GetElapsedTime(known.ReadAt) < OutsideFresh)
                return known.Checks;
            var organisations = await _installation.OpenAllAsync(cancellationToken).ConfigureAwait(false);
            var dnssec = (await Task.WhenAll(organisations.Select(one => one.DnssecAsync(cancellationToken))).ConfigureAwait(false)).OfType<DnssecStatus>().ToList();
            var policies = (await Task.WhenAll(organisations.Select(one => one.EndingPoliciesAsync(cancellationToken))).ConfigureAwait(false)).Sum(found => found.Count);
            var failed = organisations.SelectMany(one => one.Failing).OrderBy(one => one.Since).ToList();
            var ending = (await Task.WhenAll(organisations.Select(one => one.EndingCertificatesAsync(cancellationToken))).ConfigureAwait(false)).SelectMany(found => found).OrderBy(one => one.EndsAt).ToList();
            _outside = (_installation.Time.GetTimestamp(),
            [
                dnssec.Find(status => !status.Validates) is { } off ? new HealthCheck("DNSSEC", false, $"{off.Words} {DnssecStatus.Lost}")
                    : new HealthCheck("DNSSEC", true, dnssec.Count > 0 ? dnssec[0].Words : "Mail goes to stated hosts alone; DNS is not asked."),
                policies > 0 ? new HealthCheck("MTA-STS", false, $"{(policies == 1 ? "The policy of one receiving domain" : $"The policies of {policies:N0} receiving domains")} could not be refreshed again and again and will end: somebody on the way may keep it away (RFC 8461 §10.2). `sealpost destination list --troubled` names the domains.")
                    : new HealthCheck("MTA-STS", true, "Every policy that receiving domains enforce can be refreshed."),
                failed.Count > 0 ? new HealthCheck("Work in the background", false, string.Join(' ', failed.Select(one => $"{one.Work} has failed {one.Times:N0} time{(one.Times == 1 ? "" : "s")} in a row ({one.Kind}); the log says when.")))
                    : new HealthCheck("Work in the background", true, "Nothing failed the last time it was due."),
                ending.Count > 0 ? new HealthCheck("Certificates", false, string.Join(' ', ending.Select(one => one.Words)))
                    : new HealthCheck("Certificates", true, "None of those for signing, of patients and of the public URL ends soon."),
            ]);
            return _outside.Value.Checks;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);

        // Both conditions stand literally, so that the partial indexes answer.
        Volatile.Write(ref _pending, await CountAsync("SELECT COUNT(*) FROM delivery WHERE state IN (0, 9)").ConfigureAwait(false));
        Volatile.Write(ref _inDoubt, await CountAsync($"SELECT COUNT(*) FROM delivery WHERE state = {(int)Outcome.InDoubt}").ConfigureAwait(false));
        Volatile.Write(ref _patients, await CountAsync("SELECT COALESCE(SUM(patients), 0) FROM patient_shard").ConfigureAwait(false));

        async Task<long> CountAsync(string sql)
        {
            await using var command = Sql.Command(connection, sql);
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
