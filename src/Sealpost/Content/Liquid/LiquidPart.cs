using System.Text.Encodings.Web;
using Fluid.Ast;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>One compiled part of a message: subject, preheader, HTML or text. Immutable and thread-safe.</summary>
internal sealed class LiquidPart
{
    private readonly LiquidNode[] nodes;
    private readonly TextEncoder encoder;

    private LiquidPart(LiquidNode[] nodes, TextEncoder encoder, Taint taint, IReadOnlyList<FieldUse> uses, TemplateShape shape)
    {
        (Uses, Shape) = (uses, shape);
        this.nodes = nodes;
        this.encoder = encoder;
        Taint = taint;
    }

    /// <summary>What the part reveals.</summary>
    public Taint Taint { get; }

    /// <summary>Each use of a field, in the order of the part.</summary>
    public IReadOnlyList<FieldUse> Uses { get; }

    /// <summary>Its branches and what they compare with.</summary>
    public TemplateShape Shape { get; }

    /// <summary>Compiles pieces; problems are added, and a part is returned all the same.</summary>
    public static LiquidPart Compile(IReadOnlyList<Piece> pieces, TextEncoder encoder, string file, ICollection<TemplateProblem> problems)
    {
        var found = new List<TemplateProblem>();
        var statements = StatementReader.Read(pieces, file, found);
        var (taint, uses) = LabelChecker.Check(statements, file, found);
        foreach (var problem in found)
            problems.Add(problem);
        var shape = new TemplateShape(file);
        return new LiquidPart(found.Count == 0 ? Build(statements, shape) : [], encoder, taint, uses, shape);
    }

    /// <summary>Writes the part for one patient.</summary>
    public void Write(LimitedWriter writer, RenderContext context)
    {
        context.EnterChildScope();
        try
        {
            LiquidNode.WriteAll(nodes, writer, encoder, context);
        }
        finally
        {
            context.ReleaseScope();
        }
    }

    private static LiquidNode[] Build(IReadOnlyList<ReadStatement> statements, TemplateShape shape)
    {
        var built = new List<LiquidNode>();
        var text = new System.Text.StringBuilder();
        foreach (var statement in statements)
        {
            if (statement is ReadText literal)
            {
                text.Append(literal.Text);
                continue;
            }

            if (statement is ReadMark)
                continue;
            Flush(built, text);
            built.Add(Build(statement, shape));
        }

        Flush(built, text);
        return [.. built];
    }

    private static void Flush(List<LiquidNode> built, System.Text.StringBuilder text)
    {
        if (text.Length > 0)
            built.Add(new TextNode(text.ToString()));
        text.Clear();
    }

    private static LiquidNode Build(ReadStatement statement, TemplateShape shape) => statement switch
    {
        ReadOutput output => new OutputNode(ExpressionRewriter.Rewrite(output.Value), output.Piece.Tag.Markup),
        ReadAssign assign => new AssignNode(assign.Variable, ExpressionRewriter.Rewrite(assign.Value)),
        ReadCapture capture => new CaptureNode(capture.Variable, Build(capture.Body, shape)),
        ReadJump jump => new JumpNode(jump.Flow),
        ReadLoop loop => new ForNode(
            loop.Loop with { Source = ExpressionRewriter.Rewrite(loop.Loop.Source), Limit = Optional(loop.Loop.Limit), Offset = Optional(loop.Loop.Offset) },
            Build(loop.Body, shape),
            Build(loop.Otherwise, shape),
            shape.LoopOf(loop)),
        ReadBranches { Value: { } value } choice => new CaseNode(
            ExpressionRewriter.Rewrite(value),
            [.. choice.Branches.Select(branch => ((IReadOnlyList<Expression>)[.. branch.Conditions.Select(ExpressionRewriter.Rewrite)], Build(branch.Body, shape)))],
            shape.BranchesOf(choice)),
        ReadBranches choice => new IfNode(
            [.. choice.Branches.Select(branch => (branch.Conditions.Count == 0 ? null : ExpressionRewriter.Rewrite(branch.Conditions[0]), Build(branch.Body, shape)))],
            shape.BranchesOf(choice)),
        _ => throw new ArgumentException("Unknown statement.", nameof(statement)),
    };

    private static Expression? Optional(Expression? expression) => expression is null ? null : ExpressionRewriter.Rewrite(expression);
}
