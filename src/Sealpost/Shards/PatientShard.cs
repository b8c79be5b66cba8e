using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>65,536 patients of one organisation in memory: their index and consent states. Truth lives in the store; this is read from it.</summary>
/// <remarks>Readers use the version they find and never wait for a refresh; loads and refreshes come one after another.</remarks>
internal sealed class PatientShard : IDisposable
{
    private const int BatchSize = 4_096;

    private readonly int _shard;
    private readonly ShardSources _sources;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConsentTable _consent = new();
    private readonly GateHeads _heads = new();
    private volatile ShardIndex _index;
    private volatile bool _isLoaded;

    public PatientShard(int shard, ShardSources sources, NamePool names)
    {
        _shard = shard;
        _sources = sources;
        _index = ShardIndex.Empty(names);
    }

    /// <summary>Whether every patient of the shard has been read.</summary>
    public bool IsLoaded => _isLoaded;

    /// <summary>The index as it is now. Complete only once the shard is loaded.</summary>
    public ShardIndex Index => _index;

    /// <summary>Consent states. Complete only once the shard is loaded.</summary>
    public ConsentTable Consent => _consent;

    /// <summary>What the legal-basis gate reads of charts. Complete only once the shard is loaded.</summary>
    public GateHeads Heads => _heads;

    /// <summary>Verdicts of the legal-basis gate for audiences that are being built.</summary>
    public GateVerdicts Verdicts { get; } = new();

    /// <summary>Reads the whole shard unless that was done. Returns once it is complete.</summary>
    /// <exception cref="Storage.TransientStoreException">Fewer charts came than the shard holds; nothing was loaded, try again.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_isLoaded)
            return;
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!_isLoaded)
                await ReadAllAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Reads some patients anew. A shard not loaded yet has nothing to refresh: its load comes later and sees the change.</summary>
    public async Task RefreshAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!_isLoaded)
                return;
            foreach (var batch in patients.Distinct().Chunk(BatchSize))
                await RefreshBatchAsync(batch, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>A refresh as it travels: reads patients anew or, with instants in Unix milliseconds, notes that messages to them were accepted.</summary>
    public Task RefreshAsync(int[] patients, long[]? acceptedAt, CancellationToken cancellationToken)
    {
        var numbers = patients.Select(patient => new PatientNumber(patient)).ToList();
        return acceptedAt is null
            ? RefreshAsync(numbers, cancellationToken)
            : NoteAcceptedAsync([.. numbers.Zip(acceptedAt.Select(DateTimeOffset.FromUnixTimeMilliseconds))], cancellationToken);
    }

    /// <summary>Messages were accepted: reads only the histories anew, since charts and authorizations are as they were.</summary>
    public async Task NoteAcceptedAsync(IReadOnlyList<(PatientNumber Patient, DateTimeOffset At)> accepted, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!_isLoaded)
                return;
            foreach (var (patient, at) in accepted)
                _consent.NoteMessage(patient, at);
            Verdicts.Forget(accepted.Select(message => message.Patient));
            foreach (var batch in accepted.Select(message => message.Patient).Distinct().Where(patient => _consent.Version(patient) != ConsentTable.Absent).Chunk(BatchSize))
            {
                var engagements = await _sources.Engagements(batch, cancellationToken);
                _index = _index.WithHistories([.. batch.Select(patient => (
                    patient,
                    (IReadOnlyList<AuthorizedPurpose>)[.. AuthorizedPurposes.Of(_consent.State(patient)!, _sources.TimeZone)],
                    (IReadOnlyList<Engagement>)[.. engagements[patient]]))]);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>One patient as queries see them; null where there is none.</summary>
    public async Task<PatientView?> ViewAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        var views = await _sources.ViewsAsync(await _sources.Patients.OpenManyAsync([patient], cancellationToken), cancellationToken);
        return views.Count == 0 ? null : views[0].View;
    }

    public void Dispose() => _writing.Dispose();

    private async Task ReadAllAsync(CancellationToken cancellationToken)
    {
        var (charts, histories) = (new SegmentBuilder(_index.Names, _index.Titles), new SegmentBuilder(_index.Names, _index.Titles));
        var batch = new List<Chart>(BatchSize);
        await foreach (var chart in _sources.Patients.OpenShardAsync(_shard, cancellationToken))
        {
            batch.Add(chart);
            if (batch.Count == BatchSize)
                await AddAsync(batch, charts, histories, cancellationToken);
        }

        await AddAsync(batch, charts, histories, cancellationToken);
        _index = ShardIndex.Of(_index.Names, _index.Titles, charts.Finish(), histories.Finish());
        _isLoaded = true;
    }

    private async Task AddAsync(List<Chart> batch, SegmentBuilder charts, SegmentBuilder histories, CancellationToken cancellationToken)
    {
        foreach (var (view, state) in await _sources.ViewsAsync(batch, cancellationToken))
        {
            charts.AddChart(view.Chart);
            histories.AddHistory(view.Chart.Number, view.Authorizations, view.Engagements);
            _heads.Set(view.Chart.Number, view.Chart.Head);
            _consent.Set(state);
        }

        batch.Clear();
    }

    private async Task RefreshBatchAsync(PatientNumber[] patients, CancellationToken cancellationToken)
    {
        var views = await _sources.ViewsAsync(await _sources.Patients.OpenManyAsync(patients, cancellationToken), cancellationToken);

        // Consent first: whoever reads between the two must not find an older consent state than the index it selected with.
        foreach (var (view, state) in views)
        {
            _heads.Set(view.Chart.Number, view.Chart.Head);
            _consent.Set(state);
        }

        foreach (var gone in patients.Except(views.Select(view => view.State.Patient)))
        {
            _heads.Remove(gone);
            _consent.Remove(gone);
        }

        Verdicts.Forget(patients);
        _index = _index.With(patients, [.. views.Select(view => view.View)]);
    }
}
