using System.Globalization;
using Orleans;
using Orleans.Concurrency;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>The owner of one shard of one organisation; its key is <c>organisation/shard</c>.</summary>
[Alias("sealpost.patient-shard")]
internal interface IPatientShardGrain : IGrainWithStringKey
{
    /// <summary>Longest wait for an answer; who asks may give up earlier.</summary>
    public const string Patience = "01:00:00";

    /// <summary>Answers a question from an immutable snapshot; any number at once. The first one waits until the shard's charts are read: on a busy machine longer than Orleans waits by itself (30 s).</summary>
    [AlwaysInterleave]
    [ResponseTimeout(Patience)]
    [Alias("ask")]
    ValueTask<Immutable<byte[]>> AskAsync(Immutable<byte[]> question, CancellationToken cancellationToken);

    /// <summary>Reads patients anew; with instants, only notes messages accepted.</summary>
    [AlwaysInterleave]
    [ResponseTimeout(Patience)]
    [Alias("refresh")]
    Task RefreshAsync(Immutable<int[]> patients, Immutable<long[]?> acceptedAt, CancellationToken cancellationToken);
}

/// <summary>A thin shell over <see cref="PatientShard"/>: finds it in the directory, and keeps its work off the grain's turn.</summary>
[KeepAlive]
internal sealed class PatientShardGrain(ShardDirectory directory) : Grain, IPatientShardGrain
{
    private PatientShard? _shard;
    private AnswerQuestion? _answers;

    /// <summary>Begins to load at once; questions wait until that is complete.</summary>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString().Split('/');
        var organisation = new OrganisationId(int.Parse(key[0], CultureInfo.InvariantCulture));
        (_shard, _answers) = directory.Of(organisation).Shard(int.Parse(key[1], CultureInfo.InvariantCulture));
        return Task.CompletedTask;
    }

    public async ValueTask<Immutable<byte[]>> AskAsync(Immutable<byte[]> question, CancellationToken cancellationToken) =>
        new(await Task.Run(() => _answers!.RunAsync(question.Value, cancellationToken).AsTask(), cancellationToken));

    public Task RefreshAsync(Immutable<int[]> patients, Immutable<long[]?> acceptedAt, CancellationToken cancellationToken) =>
        Task.Run(() => _shard!.RefreshAsync(patients.Value, acceptedAt.Value, cancellationToken), cancellationToken);

    /// <summary>Routes an organisation's questions and refreshes through grains.</summary>
    public static void Connect(OrganisationShards shards, IGrainFactory grains)
    {
        IPatientShardGrain Grain(int shard) =>
            grains.GetGrain<IPatientShardGrain>(string.Create(CultureInfo.InvariantCulture, $"{shards.Organisation.Value}/{shard}"));

        shards.Ask = async (shard, question, cancellationToken) => (await Grain(shard).AskAsync(new Immutable<byte[]>(question), cancellationToken)).Value;
        shards.Refresh = (shard, patients, acceptedAt, cancellationToken) =>
            Grain(shard).RefreshAsync(new Immutable<int[]>(patients), new Immutable<long[]?>(acceptedAt), cancellationToken);
    }
}
