using System.Collections.Concurrent;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Asks a shard, wherever it lives; question and answer are <c>ShardQuestion</c> and <c>ShardAnswer</c> in bytes.</summary>
internal delegate ValueTask<byte[]> AskShard(int shard, byte[] question, CancellationToken cancellationToken);

/// <summary>Tells a shard, wherever it lives, which of its patients changed; or, with instants (UTC, Unix milliseconds), that messages to them were accepted and nothing else changed.</summary>
internal delegate Task RefreshShard(int shard, int[] patients, long[]? acceptedAt, CancellationToken cancellationToken);

/// <summary>The shards of one organisation on this node, and how to reach those elsewhere.</summary>
public sealed class OrganisationShards : IDisposable
{
    /// <summary>How long the list of shards is believed: another node may have added patients.</summary>
    private static readonly TimeSpan ListFor = TimeSpan.FromSeconds(5);

    private readonly NamePool _names;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<int, (PatientShard Shard, AnswerQuestion Answers)> _shards = new();
    private readonly Lock _listLock = new();
    private ShardSources? _sources;
    private SortedSet<int> _list = [];
    private long _listedAt;

    internal OrganisationShards(OrganisationId organisation, NamePool names, TimeProvider time)
    {
        Organisation = organisation;
        _names = names;
        _time = time;
    }

    /// <summary>Bytes of the audience index in this process.</summary>
    internal long IndexBytes => _shards.Values.Where(one => one.Shard.IsLoaded).Sum(one => one.Shard.Index.Size);

    /// <summary>Whose shards.</summary>
    public OrganisationId Organisation { get; }

    internal AskShard Ask { get; set; } = static (_, _, _) => throw new InvalidOperationException("The shards are not connected: call ShardDirectory.Connect once the silo runs.");

    internal RefreshShard Refresh { get; set; } = static (_, _, _, _) => throw new InvalidOperationException("The shards are not connected: call ShardDirectory.Connect once the silo runs.");

    /// <summary>Asks the pace of a receiving host, wherever in the cluster that is kept.</summary>
    internal AskPace AskPace { get; set; } = static (_, _, _) => throw new InvalidOperationException("The shards are not connected: call ShardDirectory.Connect once the silo runs.");

    /// <summary>Answers for the receiving hosts whose pace is kept on this node; sending sets it.</summary>
    internal AskPace PaceHere { get; set; } = static (_, _, _) => throw new InvalidOperationException("Sending is not open on this node.");

    internal ShardSources Sources => _sources ?? throw new InvalidOperationException("The organisation's stores are not attached: call Attach first.");

    /// <summary>Gives the shards their stores. Once, before the first question.</summary>
    public void Attach(ShardSources sources) => _sources = sources;

    /// <summary>Refreshes the shards of patients that changed; returns once every later read sees the change. Fits <see cref="Patients.PatientsChanged"/>.</summary>
    public async Task RefreshAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        var byShard = patients.GroupBy(patient => patient.Shard).ToList();
        lock (_listLock)
            _list.UnionWith(byShard.Select(shard => shard.Key));
        await Task.WhenAll(byShard.Select(shard => Refresh(shard.Key, [.. shard.Select(patient => patient.Value)], null, cancellationToken)));
    }

    /// <summary>Tells the shards of accepted messages; returns once every later count sees them. Opens no chart.</summary>
    public Task NoteAcceptedAsync(IReadOnlyList<(PatientNumber Patient, DateTimeOffset At)> accepted, CancellationToken cancellationToken) =>
        Task.WhenAll(accepted.GroupBy(message => message.Patient.Shard).Select(shard => Refresh(
            shard.Key,
            [.. shard.Select(message => message.Patient.Value)],
            [.. shard.Select(message => message.At.ToUnixTimeMilliseconds())],
            cancellationToken)));

    /// <summary>Version of a patient's consent state and chart, as the shard on this node has it; 0 for a patient that is not there. This is what is compared before DATA: a permit with another one decides anew.</summary>
    /// <exception cref="InvalidOperationException">The shard is not loaded on this node: await <see cref="LoadAsync"/> first.</exception>
    public long ConsentVersion(PatientNumber patient) => Loaded(patient).Consent.Version(patient);

    /// <summary>A patient's consent state, its <see cref="ConsentState.Version"/> that of <see cref="ConsentVersion"/>; null for a patient that is not there.</summary>
    /// <exception cref="InvalidOperationException">The shard is not loaded on this node: await <see cref="LoadAsync"/> first.</exception>
    public ConsentState? ConsentState(PatientNumber patient) => Loaded(patient).Consent.State(patient);

    /// <summary>Loads a shard on this node and returns once it is complete.</summary>
    /// <exception cref="Storage.TransientStoreException">Fewer charts came than the shard holds: try again.</exception>
    public Task LoadAsync(int shard, CancellationToken cancellationToken) => Shard(shard).Shard.LoadAsync(cancellationToken);

    /// <summary>The shards that hold patients, ascending.</summary>
    public async Task<IReadOnlyList<int>> ShardsAsync(CancellationToken cancellationToken)
    {
        lock (_listLock)
        {
            if (_listedAt != 0 && _time.GetElapsedTime(_listedAt) < ListFor)
                return [.. _list];
        }

        var listed = await Sources.Patients.ShardsAsync(cancellationToken);
        lock (_listLock)
        {
            _list = [.. _list, .. listed];
            _listedAt = _time.GetTimestamp();
            return [.. _list];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (shard, _) in _shards.Values)
            shard.Dispose();
    }

    /// <summary>Routes questions and refreshes to the shards of this process, without a silo.</summary>
    internal void ConnectHere()
    {
        Ask = (shard, question, cancellationToken) => Shard(shard).Answers.RunAsync(question, cancellationToken);
        Refresh = (shard, patients, acceptedAt, cancellationToken) => Shard(shard).Shard.RefreshAsync(patients, acceptedAt, cancellationToken);
        AskPace = (host, question, cancellationToken) => PaceHere(host, question, cancellationToken);
    }

    internal (PatientShard Shard, AnswerQuestion Answers) Shard(int number) => _shards.GetOrAdd(number, static (number, all) =>
    {
        var shard = new PatientShard(number, all.Sources, all._names);
        return (shard, new AnswerQuestion(number, shard));
    }, this);

    private PatientShard Loaded(PatientNumber patient) =>
        _shards.TryGetValue(patient.Shard, out var found) && found.Shard.IsLoaded
            ? found.Shard
            : throw new InvalidOperationException("The patient's shard is not loaded on this node: await LoadAsync first.");
}
