using Sealpost.Content.Liquid;
using Sealpost.Patients;

namespace Sealpost.Content.Previews;

/// <summary>Finds a few synthetic patients who between them reach as many branches of a message as can be reached, and names those that none reached.</summary>
/// <remarks>
/// Coverage-guided: begins with the usual patients, changes one field at a time to the values that the conditions compare with, and goes on from each chart that reached something new or made a comparison come out otherwise.
/// A branch that needs a value which no condition names (the output of a chain of filters, say) may stay unreached; it is then reported, never passed over.
/// </remarks>
internal sealed class ReachBranches
{
    /// <summary>Messages rendered at most; one takes tens of microseconds.</summary>
    private const int MaxRenders = 4_000;

    private readonly TemplateSet set;
    private readonly SenderFooter footer;
    private readonly DateOnly today;
    private readonly HashSet<(string Language, BranchPoint Point)> reached = [];
    private readonly HashSet<(Fluid.Ast.Expression, bool)> compared = new();
    private readonly List<ReachingChart> found = [];
    private readonly List<Chart> pool = [];
    private int renders;

    private ReachBranches(TemplateSet set, SenderFooter footer, DateOnly today) => (this.set, this.footer, this.today) = (set, footer, today);

    /// <summary>Runs.</summary>
    public static BranchReport Run(TemplateSet set, SenderFooter footer, DateOnly today)
    {
        var all = set.Variants.SelectMany(template => ShapesOf(template).SelectMany(shape => shape.Points).Select(point => (Language: template.Language ?? Languages.Default, Point: point))).Distinct().ToList();
        var search = new ReachBranches(set, footer, today);
        search.Search(all.Count);
        return new BranchReport(all.Count, search.found, [.. all.Where(branch => !search.reached.Contains(branch)).Select(branch => new MissedBranch(branch.Language, branch.Point))]);
    }

    /// <summary>The parts of a template whose branches count: a text part made from the body repeats the body's.</summary>
    public static IEnumerable<TemplateShape> ShapesOf(Template template) =>
        new[] { template.Parts.Subject, template.Parts.Preheader, template.Parts.Body, template.Parts.Text }.Select(part => part.Shape);

    private void Search(int all)
    {
        foreach (var (who, chart) in Usual())
            Try(chart, who);
        var changes = new ChartChanges(set, [.. set.Variants.SelectMany(ShapesOf)], today).All();
        for (var i = 0; i < pool.Count && reached.Count < all; i++)
        {
            foreach (var change in changes)
            {
                if (reached.Count >= all || renders >= MaxRenders)
                    return;
                Try(change(pool[i]), null);
            }
        }
    }

    private IEnumerable<(string Who, Chart Chart)> Usual() =>
        set.Languages.Select((language, i) => (i == 0 ? "typical" : $"typical, {Languages.NameOf(language)}", SyntheticCharts.Speaking(language, today, set.Fields)))
            .Append(("longest values", SyntheticCharts.Longest(today, set.Fields)))
            .Append(("a name and nothing else", SyntheticCharts.NameOnly()));

    private void Try(Chart chart, string? who)
    {
        renders++;
        var here = new HashSet<BranchPoint>();
        var comparisons = new HashSet<(Fluid.Ast.Expression, bool)>();
        var template = set.For(chart.Head.Language);
        try
        {
            RenderMessage.Preview(template, chart, footer, today, here, comparisons);
        }
        catch (RenderLimitException)
        {
            // What was reached before the limit counts; the limit itself is told where the message is shown.
        }

        var language = template.Language ?? Languages.Default;
        var fresh = here.Where(point => reached.Add((language, point))).ToList();
        var leads = comparisons.Count(compared.Add);
        if (fresh.Count > 0 || leads > 0 || who is not null)
            pool.Add(chart);
        if (fresh.Count > 0 || who is not null)
            found.Add(new ReachingChart(who ?? $"patient {found.Count + 1}", chart, fresh));
    }
}

/// <summary>A synthetic patient who reaches branches that those before did not.</summary>
/// <param name="Who">What to call the patient.</param>
/// <param name="Chart">The chart.</param>
/// <param name="Reaches">What is new.</param>
internal sealed record ReachingChart(string Who, Chart Chart, IReadOnlyList<BranchPoint> Reaches);

/// <summary>A branch that no synthetic patient reached.</summary>
/// <param name="Language">Variant.</param>
/// <param name="Point">The branch.</param>
internal sealed record MissedBranch(string Language, BranchPoint Point);

/// <summary>What a search found.</summary>
/// <param name="Branches">Branches in all.</param>
/// <param name="Charts">The patients, in the order in which they were found.</param>
/// <param name="Missed">What none reached.</param>
internal sealed record BranchReport(int Branches, IReadOnlyList<ReachingChart> Charts, IReadOnlyList<MissedBranch> Missed);
