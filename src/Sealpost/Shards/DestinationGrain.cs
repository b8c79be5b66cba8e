using System.Globalization;
using Orleans;
using Orleans.Concurrency;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Asks the one place in the cluster that paces a receiving host; question and answer are the delivery's, in bytes.</summary>
internal delegate ValueTask<byte[]> AskPace(int host, byte[] question, CancellationToken cancellationToken);

/// <summary>The pace of one receiving host of one organisation; its key is <c>organisation/host</c>, by number.</summary>
[Alias("sealpost.destination")]
internal interface IDestinationGrain : IGrainWithStringKey
{
    /// <summary>May a connection go on, and by how much?</summary>
    [AlwaysInterleave]
    [ResponseTimeout(IPatientShardGrain.Patience)] // The stage itself decides how long is too long; a machine that stands still for half a minute breaks no campaign.
    [Alias("ask")]
    ValueTask<Immutable<byte[]>> AskAsync(Immutable<byte[]> question, CancellationToken cancellationToken);
}

/// <summary>A thin shell: the rules are a plain class of the delivery stage, found through the directory; what they know is in the store.</summary>
internal sealed class DestinationGrain(ShardDirectory directory) : Grain, IDestinationGrain
{
    private OrganisationShards? _organisation;
    private int _host;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString().Split('/');
        _organisation = directory.Of(new OrganisationId(int.Parse(key[0], CultureInfo.InvariantCulture)));
        _host = int.Parse(key[1], CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    public async ValueTask<Immutable<byte[]>> AskAsync(Immutable<byte[]> question, CancellationToken cancellationToken) =>
        new(await _organisation!.PaceHere(_host, question.Value, cancellationToken));

    /// <summary>Routes an organisation's questions of pace through grains.</summary>
    public static void Connect(OrganisationShards shards, IGrainFactory grains) =>
        shards.AskPace = async (host, question, cancellationToken) =>
        {
            var grain = grains.GetGrain<IDestinationGrain>(string.Create(CultureInfo.InvariantCulture, $"{shards.Organisation.Value}/{host}"));
            return (await grain.AskAsync(new Immutable<byte[]>(question), cancellationToken)).Value;
        };
}
