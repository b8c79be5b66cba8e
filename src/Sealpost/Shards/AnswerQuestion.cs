using MemoryPack;
using Sealpost.Audience;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Answers questions to one shard from its index. Many at once; none waits for a refresh.</summary>
internal sealed class AnswerQuestion(int number, PatientShard shard)
{
    private volatile Tuple<string, AudienceQuery>? _parsed;

    /// <summary>Waits until the shard is complete: never a smaller audience because it was asked early.</summary>
    public async ValueTask<byte[]> RunAsync(byte[] question, CancellationToken cancellationToken)
    {
        if (!shard.IsLoaded)
            await shard.LoadAsync(cancellationToken);
        var asked = MemoryPackSerializer.Deserialize<ShardQuestion>(question) ?? throw new ArgumentException("The question is empty.", nameof(question));
        if (asked.Task == ShardTask.Decide)
            return MemoryPackSerializer.Serialize(new ShardAnswer { Decided = new DecidePatients(shard, number).Run(asked.Decide ?? throw new ArgumentException("The question names no patients.", nameof(question))) });
        if (asked.Task is ShardTask.Known or ShardTask.Results)
            return MemoryPackSerializer.Serialize(OfData(asked));
        var query = Parse(asked.Query);
        var scope = new QueryScope(DateOnly.FromDayNumber(asked.AsOf), asked.Campaigns);
        var answer = asked.Task switch
        {
            ShardTask.Explain => await ExplainAsync(query, scope, PatientNumber.At(number, asked.Ordinal), cancellationToken),
            ShardTask.Reach => new DecideAudience(shard, number).Run(query, scope, asked.Gate ?? throw new ArgumentException("The question names no purpose.", nameof(question))),
            ShardTask.Check => new ShardAnswer { Codes = CheckCodes.Of(shard.Index, query) },
            _ => Select(asked.Task, query, scope),
        };
        return MemoryPackSerializer.Serialize(answer);
    }

    private ShardAnswer Select(ShardTask task, AudienceQuery query, QueryScope scope)
    {
        var index = shard.Index;
        using var found = index.Select(query, scope);
        var codes = CheckCodes.UnitsOf(index, query);
        return task switch
        {
            ShardTask.List => new ShardAnswer { Ordinals = found.ToOrdinals(), Codes = codes },
            ShardTask.Measure => new ShardAnswer { Set = PatientSet.Of(found, number), Codes = codes },
            ShardTask.Cells => new ShardAnswer { Cells = new IndexCells(index, number, scope.AsOf).Of(found), Codes = codes },
            _ => new ShardAnswer { Count = found.Count(), Codes = codes },
        };
    }

    private ShardAnswer OfData(ShardQuestion asked) => asked.Task == ShardTask.Known
        ? new ShardAnswer { Known = [.. shard.Index.Codes], Categories = [.. KnownCodes.Categories(shard.Index)] }
        : new ShardAnswer { Results = ResultSamples.Of(shard.Index, asked.Code) };

    private async Task<ShardAnswer> ExplainAsync(AudienceQuery query, QueryScope scope, PatientNumber patient, CancellationToken cancellationToken) =>
        await shard.ViewAsync(patient, cancellationToken) is { } view
            ? new ShardAnswer
            {
                Count = query.Matches(view, scope) ? 1 : 0,
                Parts = [.. ExplainView.Of(query, view, scope).Select(part => new ExplainedPart(part.Part, part.Holds, part.Seen))],
                Codes = CheckCodes.UnitsOf(shard.Index, query),
            }
            : new ShardAnswer();

    /// <summary>The builder asks the same query again and again: the last one is kept parsed.</summary>
    private AudienceQuery Parse(string text)
    {
        var parsed = _parsed;
        if (parsed is not null && parsed.Item1 == text)
            return parsed.Item2;
        var query = AudienceQuery.Parse(text).Query ?? throw new ArgumentException("The question holds no query in canonical form.", nameof(text));
        _parsed = Tuple.Create(text, query);
        return query;
    }
}
