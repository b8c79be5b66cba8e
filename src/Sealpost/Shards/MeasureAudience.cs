using Sealpost.Audience;

namespace Sealpost.Shards;

/// <summary>Sizes of an audience over all shards: as a whole, broken down, and as the legal-basis gate sees it. True numbers: whoever shows them protects small ones first.</summary>
internal sealed class MeasureAudience(SelectAudience audience)
{
    /// <summary>Who matches.</summary>
    /// <exception cref="RefusedException">The query cannot be answered as it is.</exception>
    public async Task<PatientSet> CountAsync(AudienceQuery query, DateOnly asOf, CancellationToken cancellationToken) =>
        Sum((await audience.AskAllAsync(ShardTask.Measure, query, asOf, null, cancellationToken)).Select(answer => answer.Answer.Set));

    /// <summary>By age, sex, language, place and condition. Throws as <see cref="CountAsync"/>.</summary>
    public async Task<IReadOnlyList<AudienceCell>> CellsAsync(AudienceQuery query, DateOnly asOf, CancellationToken cancellationToken) =>
        [.. (await audience.AskAllAsync(ShardTask.Cells, query, asOf, null, cancellationToken))
            .SelectMany(answer => answer.Answer.Cells)
            .GroupBy(cell => (cell.Kind, cell.Key))
            .Select(cell => new AudienceCell(cell.Key.Kind, cell.Key.Key, Sum(cell.Select(one => one.Patients))))];

    /// <summary>By verdict of the legal-basis gate, and the lawful ones by mail domain. Throws as <see cref="CountAsync"/>.</summary>
    public async Task<(IReadOnlyList<GateCell> Verdicts, IReadOnlyDictionary<string, PatientSet> Domains)> ReachAsync(
        AudienceQuery query, GateQuestion gate, DateOnly asOf, CancellationToken cancellationToken)
    {
        var answers = await audience.AskAllAsync(ShardTask.Reach, query, asOf, gate, cancellationToken);
        return (
            [.. answers.SelectMany(answer => answer.Answer.Gate).GroupBy(cell => (cell.Reason, cell.Citation))
                .Select(cell => new GateCell(cell.Key.Reason, cell.Key.Citation, Sum(cell.Select(one => one.Patients))))],
            answers.SelectMany(answer => answer.Answer.Domains).GroupBy(domain => domain.Key, StringComparer.Ordinal)
                .ToDictionary(domain => domain.Key, domain => Sum(domain.Select(one => one.Value)), StringComparer.Ordinal));
    }

    /// <summary>Codes and names that patients have, and ICD-10 categories that several codes share.</summary>
    public async Task<(IReadOnlyList<KnownCode> Codes, IReadOnlyList<KnownCode> Categories)> KnownAsync(CancellationToken cancellationToken)
    {
        var answers = await audience.AskAllAsync(new ShardQuestion { Task = ShardTask.Known }, cancellationToken);
        return (Join(answers.SelectMany(answer => answer.Answer.Known)), Join(answers.SelectMany(answer => answer.Answer.Categories)));
    }

    /// <summary>Latest results of a code, by unit.</summary>
    public async Task<IReadOnlyList<ResultRange>> ResultsAsync(string key, CancellationToken cancellationToken)
    {
        var answers = await audience.AskAllAsync(new ShardQuestion { Task = ShardTask.Results, Code = key }, cancellationToken);
        return [.. answers.SelectMany(answer => answer.Answer.Results).GroupBy(sample => sample.Unit, StringComparer.Ordinal)
            .Select(unit => ResultRange.Of(unit.Key, [.. unit])).OrderByDescending(range => range.Patients)];
    }

    private static IReadOnlyList<KnownCode> Join(IEnumerable<KnownCode> codes) =>
        [.. codes.GroupBy(code => (code.Family, code.Key))
            .Select(code => new KnownCode(code.Key.Family, code.Key.Key, code.Select(one => one.Title).FirstOrDefault(title => title is not null), code.Sum(one => one.Now), code.Sum(one => one.Ever)))];

    private static PatientSet Sum(IEnumerable<PatientSet> sets) => sets.Aggregate(default(PatientSet), static (sum, set) => sum + set);
}

/// <summary>Where the latest results of a code lie, in one unit.</summary>
/// <param name="Unit">UCUM unit; empty for none.</param>
/// <param name="Patients">How many have one: a true number.</param>
/// <param name="Low">A tenth of the patients have less, eleven at least; null for too few.</param>
/// <param name="Middle">Half of them have less; null for too few.</param>
/// <param name="High">A tenth of the patients have more, eleven at least; null for too few.</param>
internal sealed record ResultRange(string Unit, long Patients, double? Low, double? Middle, double? High)
{
    public override string ToString() => "[phi]";

    /// <summary>Joins the samples of the shards, each weighing as many patients as it stands for. No bound is told that fewer than eleven patients lie beyond.</summary>
    public static ResultRange Of(string unit, IReadOnlyList<ResultSample> samples)
    {
        var total = samples.Sum(sample => (long)sample.Patients);
        if (total < 2 * HideCounts.Smallest)
            return new ResultRange(unit, total, null, null, null);
        var weighted = samples
            .SelectMany(sample => sample.Sample.Select(value => (Value: value, Weight: (double)sample.Patients / sample.Sample.Length)))
            .OrderBy(point => point.Value)
            .ToList();
        var margin = Math.Max(total / 10.0, HideCounts.Smallest);
        return new ResultRange(unit, total, At(weighted, margin), At(weighted, total / 2.0), At(weighted, total - margin));
    }

    private static double At(List<(double Value, double Weight)> points, double rank)
    {
        var sum = 0.0;
        foreach (var (value, weight) in points)
        {
            sum += weight;
            if (sum >= rank)
                return value;
        }

        return points[^1].Value;
    }
}
