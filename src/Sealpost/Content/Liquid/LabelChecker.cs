using Fluid.Ast;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>
/// Follows labels through assignments, captures, loops, filters and conditions, and refuses what a place must not reveal.
/// Text chosen by a condition reveals the condition.
/// </summary>
/// <remarks>
/// Flow-insensitive: a variable reveals what any value it is ever given reveals, so that no order of execution is overlooked. Repeats until labels settle.
/// </remarks>
internal sealed class LabelChecker
{
    private static readonly Field LoopField = new("forloop", FieldKind.Group, FieldLabel.None, "")
    {
        Members = [.. LoopValue.Members.Select(name => new Field("forloop." + name, FieldKind.Number, FieldLabel.None, ""))],
    };

    private readonly string file;
    private readonly ICollection<TemplateProblem> problems;
    private readonly Names names = new();
    private readonly Dictionary<ReadLoop, Taint> jumps = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<ReadLoop> loops = new();
    private readonly List<FieldUse> uses = [];
    private Taint all = Taint.None;
    private LiquidTag? at;
    private bool reports;
    private bool jumpsChanged;

    private LabelChecker(string file, ICollection<TemplateProblem> problems)
    {
        this.file = file;
        this.problems = problems;
    }

    /// <summary>Checks a part of a template; returns what it reveals as a whole, and each use of a field.</summary>
    public static (Taint Taint, IReadOnlyList<FieldUse> Uses) Check(IReadOnlyList<ReadStatement> statements, string file, ICollection<TemplateProblem> problems)
    {
        var checker = new LabelChecker(file, problems);
        do
        {
            checker.jumpsChanged = false;
            checker.All(statements, Taint.None);
        }
        while (checker.names.TakeChange() | checker.jumpsChanged);
        checker.reports = true;
        checker.All(statements, Taint.None);
        return (checker.all, checker.uses);
    }

    private void All(IReadOnlyList<ReadStatement> statements, Taint control)
    {
        foreach (var statement in statements)
            One(statement, control);
    }

    private void One(ReadStatement statement, Taint control)
    {
        switch (statement)
        {
            case ReadOutput output:
                Output(output, control);
                break;
            case ReadMark mark:
                Mark(mark, control);
                break;
            case ReadAssign assign:
                at = assign.Piece.Tag;
                var assigned = Shape(assign.Value, assign.Line);
                Use(assign.Piece, FieldRole.Sets, assigned.Taint);
                Set(assign.Line, assign.Variable, assigned.Under(control));
                break;
            case ReadCapture capture:
                var outside = all;
                all = Taint.None;
                All(capture.Body, control);
                Set(capture.Line, capture.Variable, new Shape(FieldKind.Text, null, all.With(control), IsMarkup: true));
                all = all.With(outside);
                break;
            case ReadBranches branches:
                Branches(branches, control);
                break;
            case ReadLoop loop:
                Loop(loop, control);
                break;
            case ReadJump when loops.TryPeek(out var around):
                var before = jumps.GetValueOrDefault(around, Taint.None);
                var after = before.With(control);
                jumpsChanged |= after.Labels != before.Labels || after.Fields.Count != before.Fields.Count;
                jumps[around] = after;
                break;
        }
    }

    private void Output(ReadOutput output, Taint control)
    {
        at = output.Piece.Tag;
        var shape = Shape(output.Value, output.Line);
        Use(output.Piece, FieldRole.Prints, shape.Taint);
        if (shape.Kind is FieldKind.Labs || shape is { Kind: FieldKind.Group or FieldKind.List, Field: not null })
            Problem(output.Line, $"{output.Piece.Tag.Source} has several parts: name one of {string.Join(", ", shape.Field!.Members.Select(member => member.Name))}, or loop over it.");
        if (shape.IsMarkup && output.Piece.Place is Place.Attribute)
            Problem(output.Line, "A captured block cannot stand in an attribute: use assign in place of capture.");
        if (PhiPolicy.Refuse(output.Piece, shape.Taint.With(control)) is { } reason)
            Problem(output.Line, reason);
    }

    private void Mark(ReadMark mark, Taint control)
    {
        at = null;
        if (PhiPolicy.Refuse(mark.Mark, control) is { } reason)
            Problem(mark.Line, reason);
    }

    private void Branches(ReadBranches branches, Taint control)
    {
        at = branches.Piece.Tag;
        if (branches.Value is not null)
        {
            var value = Shape(branches.Value, branches.Line).Taint;
            Use(branches.Piece, FieldRole.Decides, value);
            control = control.With(value);
        }

        foreach (var branch in branches.Branches)
        {
            at = branch.Piece.Tag;
            var conditions = branch.Conditions.Aggregate(Taint.None, (sum, condition) => sum.With(Shape(condition, branch.Piece.Tag.Line).Taint));
            Use(branch.Piece, FieldRole.Decides, conditions);
            control = control.With(conditions);
            if (PhiPolicy.Refuse(branches.Piece, control) is { } reason)
                Problem(branch.Piece.Tag.Line, reason);
            All(branch.Body, control);
        }
    }

    private void Loop(ReadLoop read, Taint control)
    {
        at = read.Piece.Tag;
        var source = Shape(read.Loop.Source, read.Line);
        Use(read.Piece, FieldRole.Repeats, source.Taint);
        if (source.Kind is not (FieldKind.List or FieldKind.Text))
            Problem(read.Line, "{% for %} needs a list: conditions, medications, immunizations, a range or the result of split.");
        control = new[] { read.Loop.Limit, read.Loop.Offset }.OfType<Expression>()
            .Aggregate(control.With(source.Taint), (sum, expression) => sum.With(Shape(expression, read.Line).Taint));
        if (PhiPolicy.Refuse(read.Piece, control) is { } reason)
            Problem(read.Line, reason);
        Guard(read.Line, read.Loop.Variable);
        control = control.With(jumps.GetValueOrDefault(read, Taint.None));
        names.Enter(read.Loop.Variable, ExpressionChecker.Item(source).Under(control));
        names.Enter("forloop", new Shape(FieldKind.Group, LoopField, control));
        loops.Push(read);
        All(read.Body, control);
        loops.Pop();
        names.Leave();
        names.Leave();
        All(read.Otherwise, control);
    }

    private void Use(TagPiece piece, FieldRole role, Taint taint)
    {
        if (reports && taint.Fields.Any(path => !path.StartsWith("forloop", StringComparison.Ordinal)))
            uses.Add(FieldUse.Of(file, piece, role, taint));
    }

    private void Set(int line, string variable, Shape shape)
    {
        Guard(line, variable);
        names.Set(variable, shape);
    }

    private void Guard(int line, string variable)
    {
        if (FieldCatalog.Root(variable) is not null || variable is "forloop")
            Problem(line, $"\"{variable}\" is the name of a field: choose another name for the variable.");
        else if (variable.Length == 0 || !variable.All(c => char.IsLetterOrDigit(c) || c is '_' or '-'))
            Problem(line, $"\"{variable}\" is no name: use letters, digits and \"_\".");
    }

    private Shape Shape(Expression expression, int line)
    {
        var shape = new ExpressionChecker(names, message => Problem(line, message)).Check(expression);
        all = all.With(shape.Taint);
        return shape;
    }

    private void Problem(int line, string message)
    {
        var problem = new TemplateProblem(file, line, message);
        if (at?.Line == line)
            problem = problem with { Column = at.Column, Length = at.Length };
        if (reports && !problems.Contains(problem))
            problems.Add(problem);
    }
}
