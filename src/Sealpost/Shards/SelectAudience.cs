using MemoryPack;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Asks every shard of an organisation and joins the answers.</summary>
public sealed class SelectAudience
{
    private readonly OrganisationShards _shards;

    /// <summary>Creates the operation over an organisation's shards.</summary>
    public SelectAudience(OrganisationShards shards) => _shards = shards;

    /// <summary>Patients that match, deceased and merged-away ones never.</summary>
    /// <exception cref="RefusedException">The query cannot be answered as it is; <see cref="CheckAsync"/> says why.</exception>
    /// <exception cref="Storage.TransientStoreException">A shard could not be read in full: try again.</exception>
    public async Task<long> CountAsync(AudienceQuery query, DateOnly asOf, CancellationToken cancellationToken)
    {
        var answers = await AskAllAsync(ShardTask.Count, query, asOf, null, cancellationToken);
        return answers.Sum(answer => (long)answer.Answer.Count);
    }

    /// <summary>Numbers of the patients that match, ascending. Throws as <see cref="CountAsync"/>.</summary>
    public async Task<IReadOnlyList<PatientNumber>> ListAsync(AudienceQuery query, DateOnly asOf, CancellationToken cancellationToken)
    {
        var answers = await AskAllAsync(ShardTask.List, query, asOf, null, cancellationToken);
        var patients = new PatientNumber[answers.Sum(answer => answer.Answer.Ordinals.Length)];
        var next = 0;
        foreach (var (shard, answer) in answers)
        {
            foreach (var ordinal in answer.Ordinals)
                patients[next++] = PatientNumber.At(shard, ordinal);
        }

        return patients;
    }

    /// <summary>Why a patient is in or out: one line per part of the query, with what was seen; null where there is no such patient. Prints PHI: an audited read, recorded by the caller. Throws as <see cref="CountAsync"/>.</summary>
    public async Task<AudienceExplanation?> ExplainAsync(AudienceQuery query, PatientNumber patient, DateOnly asOf, CancellationToken cancellationToken)
    {
        var question = (await QuestionAsync(ShardTask.Explain, query, asOf, cancellationToken)) with { Ordinal = patient.Ordinal };
        var answer = await AskAsync(patient.Shard, question, cancellationToken);
        return answer.Parts is null ? null : new AudienceExplanation(answer.Count == 1, [.. answer.Parts.Select(part => (part.Part, part.Holds, part.Seen))]);
    }

    /// <summary>Compares a query with the data: what must be mended before it can be answered, and what looks like a mistake. Names codes and campaigns: for the person who wrote the query.</summary>
    public async Task<AudienceCheck> CheckAsync(AudienceQuery query, CancellationToken cancellationToken)
    {
        var campaigns = await _shards.Sources.Campaigns(cancellationToken);
        var question = new ShardQuestion { Task = ShardTask.Check, Query = query.ToText() };
        var answers = await AskAllAsync(question, cancellationToken);
        return CheckAudience.Of(query, campaigns, [.. answers.Select(answer => answer.Answer.Codes)]);
    }

    /// <summary>What the legal-basis gate says of given patients, in their order, from the states that the shards hold.</summary>
    internal async Task<IReadOnlyList<PatientVerdict>> DecideAsync(
        CampaignBasis basis, ConsentPolicy policy, DateTimeOffset now, DateOnly today, IReadOnlyList<PatientNumber> patients, CancellationToken cancellationToken)
    {
        var verdicts = new List<PatientVerdict>(patients.Count);
        for (var first = 0; first < patients.Count;)
        {
            var shard = patients[first].Shard;
            var run = patients.Skip(first).TakeWhile(patient => patient.Shard == shard).ToArray();
            var question = new ShardQuestion { Task = ShardTask.Decide, Decide = DecideQuestion.Of(basis, policy, now, today, Array.ConvertAll(run, patient => patient.Ordinal)) };
            var answer = (await AskAsync(shard, question, cancellationToken)).Decided;
            if (answer?.Rows.Length != run.Length)
                throw new InvalidOperationException("A shard did not decide every patient it was asked about.");
            for (var i = 0; i < run.Length; i++)
                verdicts.Add(answer.Of(i, run[i]));
            first += run.Length;
        }

        return verdicts;
    }

    internal async Task<IReadOnlyList<(int Shard, ShardAnswer Answer)>> AskAllAsync(
        ShardTask task, AudienceQuery query, DateOnly asOf, GateQuestion? gate, CancellationToken cancellationToken)
    {
        var answers = await AskAllAsync((await QuestionAsync(task, query, asOf, cancellationToken)) with { Gate = gate }, cancellationToken);
        if (CheckAudience.UnitsMissing(answers.Select(answer => answer.Answer.Codes)).Count > 0)
            throw Refused();
        return answers;
    }

    internal async Task<IReadOnlyList<(int Shard, ShardAnswer Answer)>> AskAllAsync(ShardQuestion question, CancellationToken cancellationToken)
    {
        var bytes = MemoryPackSerializer.Serialize(question);
        var shards = await _shards.ShardsAsync(cancellationToken);
        return await Task.WhenAll(shards.Select(async shard => (shard, await AskAsync(shard, bytes, cancellationToken))));
    }

    private Task<ShardAnswer> AskAsync(int shard, ShardQuestion question, CancellationToken cancellationToken) =>
        AskAsync(shard, MemoryPackSerializer.Serialize(question), cancellationToken);

    private async Task<ShardAnswer> AskAsync(int shard, byte[] question, CancellationToken cancellationToken) =>
        MemoryPackSerializer.Deserialize<ShardAnswer>(await _shards.Ask(shard, question, cancellationToken))
            ?? throw new InvalidOperationException("A shard gave no answer.");

    private async Task<ShardQuestion> QuestionAsync(ShardTask task, AudienceQuery query, DateOnly asOf, CancellationToken cancellationToken)
    {
        var names = query.Campaigns();
        var numbers = names.Count == 0 ? new Dictionary<string, long>() : await _shards.Sources.Campaigns(cancellationToken);
        if (CheckAudience.Of(query, numbers, []).Errors.Count > 0)
            throw Refused();
        return new ShardQuestion
        {
            Task = task,
            Query = query.ToText(),
            AsOf = asOf.DayNumber,
            Campaigns = names.ToDictionary(name => name, name => numbers[name], StringComparer.Ordinal),
        };
    }

    private static RefusedException Refused() =>
        new("The audience names a campaign, purpose or ZIP that does not exist, or leaves out a unit where results have several. Check the audience to see which, and what is near.");
}

/// <summary>A query compared with the data.</summary>
/// <param name="Errors">What must be mended: an unknown campaign, purpose or ZIP; a unit that is needed.</param>
/// <param name="Warnings">What may be a mistake: an unknown code, a unit no result has.</param>
public sealed record AudienceCheck(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings)
{
    /// <summary>The same, each with the predicate it is about.</summary>
    internal IReadOnlyList<AudienceProblem> Problems { get; init; } = [];

    /// <summary>Always <c>[phi]</c>: it names codes and campaigns.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>One problem of one predicate.</summary>
/// <param name="Part">Which predicate of the query, in order, from 0.</param>
/// <param name="IsError">It must be mended; else it may be a mistake.</param>
/// <param name="Message">What is wrong, in a sentence.</param>
/// <param name="Wrong">The words in question, as the query writes them; empty where something is missing.</param>
/// <param name="Nearest">What may stand in their place.</param>
internal sealed record AudienceProblem(int Part, bool IsError, string Message, string Wrong, IReadOnlyList<string> Nearest)
{
    public override string ToString() => "[phi]";
}

/// <summary>Why a patient is in or out.</summary>
/// <param name="Matches">In or out.</param>
/// <param name="Parts">Per part of the query, depth first: its text, whether it holds, and what was seen.</param>
public sealed record AudienceExplanation(bool Matches, IReadOnlyList<(string Part, bool Holds, string Seen)> Parts)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
