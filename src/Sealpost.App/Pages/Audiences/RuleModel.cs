using System.Globalization;
using Sealpost.Audience;
using Sealpost.Shards;

namespace Sealpost.App.Pages.Audiences;

/// <summary>A rule in a form: one of the tree, or one that is not in it yet.</summary>
/// <param name="Path">Its place; null for a new one.</param>
/// <param name="Beside">Where a new one goes.</param>
/// <param name="All">A new one must hold as well; else it may hold instead.</param>
/// <param name="Form">The fields; null while the kind is not chosen.</param>
/// <param name="Problem">What is missing.</param>
internal sealed record EditedRule(string? Path, string Beside, bool All, RuleForm? Form, string? Problem);

/// <summary>What the parts of the builder share: the rule, what the organisation's patients have, and edits by place. A place is written as child numbers with dots, the root as nothing.</summary>
internal sealed class RuleModel
{
    public RuleEditor Rule { get; } = new();

    /// <summary>Codes and values to pick from; null until read.</summary>
    public Catalogue? Catalogue { get; set; }

    public IReadOnlyList<string> Campaigns { get; set; } = [];

    public IReadOnlyList<AudienceProblem> Problems { get; set; } = [];

    /// <summary>How a number of the catalogue is shown to this person.</summary>
    public Func<long, string> Count { get; set; } = static _ => "";

    /// <summary>Units and range of a lab code.</summary>
    public Func<string, Task<IReadOnlyList<(ResultRange Range, ShownCount Patients)>>> Results { get; set; } = static _ => Task.FromResult<IReadOnlyList<(ResultRange, ShownCount)>>([]);

    public bool MayWrite { get; set; }

    public EditedRule? Edited { get; private set; }

    /// <summary>Place that has the focus next; null to leave it.</summary>
    public string? FocusNext { get; set; }

    /// <summary>Grows with every change, so that parts of the tree draw themselves anew.</summary>
    public int Version { get; private set; }

    /// <summary>The tree was edited: text, count and draft follow.</summary>
    public Func<Task> Edit { get; set; } = static () => Task.CompletedTask;

    /// <summary>A part was taken out of the tree.</summary>
    public Action Removed { get; set; } = static () => { };

    /// <summary>Something else is shown now.</summary>
    public Action Show { get; set; } = static () => { };

    public QueryWords Words => new(code => Catalogue?.Title(code));

    public static int[] Path(string place) => place.Length == 0 ? [] : [.. place.Split('.').Select(child => int.Parse(child, CultureInfo.InvariantCulture))];

    public static string Place(IEnumerable<int> path) => string.Join('.', path.Select(child => child.ToString(CultureInfo.InvariantCulture)));

    public static string Child(string place, int child) => place.Length == 0 ? child.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{place}.{child}");

    public AudienceQuery? At(string place) => AudienceTree.At(Rule.Query, Path(place));

    /// <summary>Problems of the rule at a place.</summary>
    public IEnumerable<AudienceProblem> ProblemsAt(string place)
    {
        if (Rule.Query is not { } root || At(place) is not { } wanted)
            return [];
        var leaves = Leaves(root, []).Select(Place).ToList();
        var part = leaves.IndexOf(place);
        return part < 0 || wanted is AllOf or AnyOf or NoneOf ? [] : Problems.Where(problem => problem.Part == part);
    }

    public void Open(string place)
    {
        if (At(place) is not { } rule || rule is AllOf or AnyOf or NoneOf)
            return;
        Edited = Edited?.Path == place ? null : new EditedRule(place, "", true, RuleForm.Of(rule), null);
        Redraw();
    }

    /// <summary>Begins a new rule beside a place.</summary>
    public void Add(string beside, bool all)
    {
        Edited = new EditedRule(null, beside, all, null, null);
        Redraw();
    }

    public void Choose(RuleKind kind)
    {
        Edited = Edited! with { Form = Begin(kind), Problem = null };
        Redraw();
    }

    public void Close()
    {
        Edited = null;
        Redraw();
    }

    /// <summary>Changes fields: of a rule in the tree at once, as far as they make a rule. The change is made to the fields as they are now: whoever types fast sends the next field before the page has drawn the last one.</summary>
    public Task UpdateAsync(Func<RuleForm, RuleForm> change)
    {
        if (Edited?.Form is not { } shown)
            return Task.CompletedTask;
        var form = change(shown);
        var read = form.ToQuery();
        Edited = Edited with { Form = form, Problem = Edited.Path is null ? null : read.Error };
        if (Edited.Path is not { } place || read.Query is not { } rule)
        {
            Redraw();
            return Task.CompletedTask;
        }

        return PutAsync(AudienceTree.Replace(Rule.Query, Path(place), rule), null, keepForm: true);
    }

    /// <summary>Puts the new rule into the tree, or says what it lacks.</summary>
    public Task FinishAsync()
    {
        if (Edited is not { Path: null, Form: { } form } edited)
        {
            Close();
            return Task.CompletedTask;
        }

        var read = form.ToQuery();
        if (read.Query is not { } rule)
        {
            Edited = edited with { Problem = read.Error };
            Redraw();
            return Task.CompletedTask;
        }

        var after = AudienceTree.Add(Rule.Query, Path(edited.Beside), rule, edited.All);
        var place = after is null ? null : Find(after, rule, []);
        return PutAsync(after, place is null ? "" : Place(place), keepForm: false);
    }

    /// <summary>Adds a rule that must hold as well; a text that is none changes nothing.</summary>
    public Task NarrowAsync(string text) =>
        AudienceQuery.Parse(text).Query is { } rule ? PutAsync(AudienceTree.Add(Rule.Query, [], rule, all: true), null, keepForm: false) : Task.CompletedTask;

    public async Task RemoveAsync(string place)
    {
        await PutAsync(AudienceTree.Remove(Rule.Query, Path(place)), Up(place), keepForm: false);
        Removed();
    }

    public Task DuplicateAsync(string place) => PutAsync(AudienceTree.Duplicate(Rule.Query, Path(place)), Sibling(place, 1), keepForm: false);

    public Task NegateAsync(string place) => PutAsync(AudienceTree.Negate(Rule.Query, Path(place)), place, keepForm: false);

    public Task SwitchAsync(string place) => PutAsync(AudienceTree.Switch(Rule.Query, Path(place)), place, keepForm: false);

    public Task GroupAsync(string place) => PutAsync(AudienceTree.Group(Rule.Query, Path(place)), place, keepForm: false);

    public Task UngroupAsync(string place) => PutAsync(AudienceTree.Ungroup(Rule.Query, Path(place)), place, keepForm: false);

    /// <summary>Moves a part up or down among its siblings; at the edge of its group out of it.</summary>
    public Task MoveAsync(string place, int by)
    {
        var path = Path(place);
        if (path.Length == 0 || AudienceTree.At(Rule.Query, path.AsSpan()[..^1]) is not { } parent)
            return Task.CompletedTask;
        var to = path[^1] + by;
        if (parent is not NoneOf && to >= 0 && to < AudienceTree.PartsOf(parent).Count)
            return PutAsync(AudienceTree.Move(Rule.Query, path, path.AsSpan()[..^1], by < 0 ? to : to + 1), Sibling(place, by), keepForm: false);
        return OutAsync(place, after: by > 0);
    }

    /// <summary>Moves a part out of its group, into the group around that.</summary>
    public Task OutAsync(string place, bool after)
    {
        var path = Path(place);
        for (var depth = path.Length - 2; depth >= 0; depth--)
        {
            var outer = path.AsSpan()[..depth];
            if (AudienceTree.At(Rule.Query, outer) is AllOf or AnyOf)
                return PutAsync(AudienceTree.Move(Rule.Query, path, outer, path[depth] + (after ? 1 : 0)), Place([.. path[..depth], path[depth] + (after ? 1 : 0)]), keepForm: false);
        }

        return Task.CompletedTask;
    }

    /// <summary>Drops a part on another: before it, or into it where it is a group.</summary>
    public Task DropAsync(string from, string on)
    {
        var (what, where) = (Path(from), Path(on));
        if (from == on)
            return Task.CompletedTask;
        if (At(on) is AllOf or AnyOf)
            return PutAsync(AudienceTree.Move(Rule.Query, what, where, int.MaxValue), on, keepForm: false);
        for (var depth = where.Length - 1; depth >= 0; depth--)
        {
            if (AudienceTree.At(Rule.Query, where.AsSpan()[..depth]) is AllOf or AnyOf)
                return PutAsync(AudienceTree.Move(Rule.Query, what, where.AsSpan()[..depth], where[depth]), on, keepForm: false);
        }

        return Task.CompletedTask;
    }

    /// <summary>Draws everything anew.</summary>
    public void Redraw()
    {
        Version++;
        Show();
    }

    /// <summary>The text was changed elsewhere: a form whose place is gone is closed.</summary>
    public void Follow()
    {
        if (Edited is { Path: { } place } && (At(place) is not { } rule || rule is AllOf or AnyOf or NoneOf || RuleForm.Of(rule).Kind != Edited.Form!.Kind))
            Edited = null;
        else if (Edited is { Path: { } kept } && At(kept) is { } now && Edited.Form!.ToQuery().Query is { } shown && shown != now)
            Edited = Edited with { Form = RuleForm.Of(now), Problem = null };
        Version++;
    }

    private Task PutAsync(AudienceQuery? query, string? focus, bool keepForm)
    {
        if (!MayWrite)
            return Task.CompletedTask;
        if (!keepForm)
            Edited = null;
        Rule.Put(query);
        FocusNext = focus;
        Version++;
        return Edit();
    }

    private static RuleForm Begin(RuleKind kind) => kind switch
    {
        RuleKind.Encounter => new RuleForm(kind) { WithinCount = 12 },
        RuleKind.Appointment => new RuleForm(kind) { Number = 14 },
        RuleKind.Near => new RuleForm(kind) { Number = 25 },
        RuleKind.Lab => new RuleForm(kind) { Compare = ">", Lab = LabQuestion.Compared },
        _ => new RuleForm(kind),
    };

    private static string Up(string place) => place.LastIndexOf('.') is > 0 and var dot ? place[..dot] : "";

    private static string Sibling(string place, int by)
    {
        var path = Path(place);
        if (path.Length == 0)
            return "";
        path[^1] = Math.Max(0, path[^1] + by);
        return Place(path);
    }

    private static IEnumerable<int[]> Leaves(AudienceQuery query, int[] path) =>
        query is AllOf or AnyOf or NoneOf ? AudienceTree.PartsOf(query).SelectMany((part, i) => Leaves(part, [.. path, i])) : [path];

    private static int[]? Find(AudienceQuery query, AudienceQuery wanted, int[] path) =>
        ReferenceEquals(query, wanted) ? path : AudienceTree.PartsOf(query).Select((part, i) => Find(part, wanted, [.. path, i])).FirstOrDefault(found => found is not null);
}
