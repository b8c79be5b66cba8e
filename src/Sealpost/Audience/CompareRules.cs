namespace Sealpost.Audience;

/// <summary>How a line of a rule changed.</summary>
internal enum RuleChange
{
    Same,
    Removed,
    Added,
}

/// <summary>A line of a comparison: one part of a rule, or the head of a group.</summary>
/// <param name="Change">How it changed.</param>
/// <param name="Depth">How many groups it stands in.</param>
/// <param name="Text">As the language writes it.</param>
internal sealed record RuleLine(RuleChange Change, int Depth, string Text)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>What differs between two rules.</summary>
/// <param name="Words">A sentence for each change.</param>
/// <param name="Lines">Both rules as one, part by part.</param>
internal sealed record RuleComparison(IReadOnlyList<string> Words, IReadOnlyList<RuleLine> Lines)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Compares two rules part by part. The order of parts means nothing in a rule, so a part that only moved has not changed.</summary>
internal sealed class CompareRules
{
    private readonly QueryWords _words;
    private readonly List<string> _said = [];
    private readonly List<RuleLine> _lines = [];

    private CompareRules(QueryWords words) => _words = words;

    /// <summary>Compares.</summary>
    /// <param name="before">The older rule.</param>
    /// <param name="after">The newer rule.</param>
    /// <param name="words">How rules are said here.</param>
    public static RuleComparison Run(AudienceQuery before, AudienceQuery after, QueryWords words)
    {
        var run = new CompareRules(words);
        run.Pair(before, after, 0, "");
        if (run._said.Count == 0)
            run._said.Add(before.ToText() == after.ToText() ? "The rule is the same." : "Only the order of the parts changed: the rule means the same.");
        return new RuleComparison(run._said, run._lines);
    }

    private static bool IsGroup(AudienceQuery query) => query is AllOf or AnyOf;

    private static IReadOnlyList<AudienceQuery> Parts(AudienceQuery query) => IsGroup(query) ? AudienceTree.PartsOf(query) : [query];

    private static string Head(AudienceQuery group) => group is AnyOf ? "any of" : "all of";

    private void Pair(AudienceQuery before, AudienceQuery after, int depth, string within)
    {
        if (before.Equals(after))
            Write(RuleChange.Same, after, depth);
        else if (IsGroup(before) || IsGroup(after))
            Groups(before, after, depth, within);
        else if (before is NoneOf { Part: AllOf or AnyOf } no && after is NoneOf { Part: AllOf or AnyOf } now)
        {
            Line(RuleChange.Same, depth, "not");
            Pair(no.Part, now.Part, depth + 1, within + $"in what must not hold (“{_words.Of(no.Part)}”): ");
        }
        else
        {
            Write(RuleChange.Removed, before, depth);
            Write(RuleChange.Added, after, depth);
            Say(within, $"“{_words.Of(after)}” instead of “{_words.Of(before)}”.");
        }
    }

    private void Groups(AudienceQuery before, AudienceQuery after, int depth, string within)
    {
        var (old, now) = (Parts(before).ToList(), Parts(after).ToList());
        var mayHold = after is AnyOf || (after is not AllOf && before is AnyOf);
        Heads(before, after, depth, within);
        var pairs = Match(old, now);
        foreach (var part in now)
        {
            var at = pairs.FindIndex(pair => ReferenceEquals(pair.Now, part));
            if (at >= 0)
            {
                Pair(pairs[at].Old, part, depth + 1, Inside(pairs[at].Old, part, within));
                continue;
            }

            Write(RuleChange.Added, part, depth + 1);
            Say(within, $"{(mayHold ? "enough now as well" : "must hold now as well")}: {_words.Of(part)}.");
        }

        foreach (var part in old.Where(part => !pairs.Exists(pair => ReferenceEquals(pair.Old, part))))
        {
            Write(RuleChange.Removed, part, depth + 1);
            Say(within, $"{(mayHold ? "no longer enough" : "no longer asked for")}: {_words.Of(part)}.");
        }
    }

    private void Heads(AudienceQuery before, AudienceQuery after, int depth, string within)
    {
        if (IsGroup(before) && IsGroup(after) && Head(before) != Head(after))
            Say(within, after is AnyOf ? "any one of the parts is enough now; before, all had to hold." : "all parts must hold now; before, any one was enough.");
        if (IsGroup(before) && IsGroup(after) && Head(before) == Head(after))
        {
            Line(RuleChange.Same, depth, Head(after));
            return;
        }

        if (IsGroup(before))
            Line(RuleChange.Removed, depth, Head(before));
        if (IsGroup(after))
            Line(RuleChange.Added, depth, Head(after));
    }

    private string Inside(AudienceQuery old, AudienceQuery now, string within) =>
        IsGroup(old) && IsGroup(now) ? within + $"in the group “{_words.Of(old)}”: " : within;

    /// <summary>Which old part each new one was: first the equal ones, then the likest.</summary>
    private static List<(AudienceQuery Old, AudienceQuery Now)> Match(List<AudienceQuery> old, List<AudienceQuery> now)
    {
        var pairs = new List<(AudienceQuery Old, AudienceQuery Now)>();
        var candidates = old.SelectMany((before, i) => now.Select((after, j) => (Old: before, Now: after, i, j, Likeness: before.Equals(after) ? int.MaxValue : Likeness(before, after))))
            .Where(pair => pair.Likeness > 0).OrderByDescending(pair => pair.Likeness).ThenBy(pair => pair.i).ThenBy(pair => pair.j).ToList();
        foreach (var candidate in candidates)
        {
            if (!pairs.Exists(pair => ReferenceEquals(pair.Old, candidate.Old) || ReferenceEquals(pair.Now, candidate.Now)))
                pairs.Add((candidate.Old, candidate.Now));
        }

        return pairs;
    }

    /// <summary>How likely a part is another one, edited; 0 for not at all.</summary>
    private static int Likeness(AudienceQuery a, AudienceQuery b) => (a, b) switch
    {
        (NoneOf x, NoneOf y) => Likeness(x.Part, y.Part),
        (NoneOf x, _) when x.Part.Equals(b) => 9,
        (_, NoneOf y) when y.Part.Equals(a) => 9,
        (AllOf or AnyOf, AllOf or AnyOf) => 1 + (3 * Parts(a).Count(part => Parts(b).Contains(part))),
        (AllOf or AnyOf, _) => Parts(a).Contains(b) ? 4 : 0,
        (_, AllOf or AnyOf) => Parts(b).Contains(a) ? 4 : 0,
        (AgeIs x, AgeIs y) => x.Is == y.Is ? 4 : 2,
        (AgeIs or AgeBetween, AgeIs or AgeBetween) => 3,
        (CodedFact x, CodedFact y) => x.Kind != y.Kind ? 0 : 1 + (2 * x.Patterns.Count(pattern => y.Patterns.Contains(pattern))),
        (LabIs or LabKnown, LabIs or LabKnown) => CodeOf(a).Equals(CodeOf(b)) ? 5 : 1,
        (CampaignEvent x, CampaignEvent y) => x.Campaign == y.Campaign ? 5 : 1,
        (StateIn or ZipIn or NearZip, StateIn or ZipIn or NearZip) => a.GetType() == b.GetType() ? 3 : 1,
        _ => a.GetType() == b.GetType() ? 3 : 0,
    };

    private static CodePattern CodeOf(AudienceQuery lab) => lab is LabIs known ? known.Code : ((LabKnown)lab).Code;

    private void Write(RuleChange change, AudienceQuery query, int depth)
    {
        if (query is NoneOf { Part: AllOf or AnyOf } none)
        {
            Line(change, depth, "not");
            Write(change, none.Part, depth + 1);
            return;
        }

        Line(change, depth, IsGroup(query) ? Head(query) : query.ToText());
        foreach (var part in IsGroup(query) ? AudienceTree.PartsOf(query) : [])
            Write(change, part, depth + 1);
    }

    private void Line(RuleChange change, int depth, string text) => _lines.Add(new RuleLine(change, depth, text));

    private void Say(string within, string sentence)
    {
        var whole = within + sentence;
        var first = whole[0] == '“' ? 1 : 0;
        _said.Add(whole[..first] + char.ToUpperInvariant(whole[first]) + whole[(first + 1)..]);
    }
}
