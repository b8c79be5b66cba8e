using System.Text.Encodings.Web;
using Fluid.Ast;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>One compiled part of a message: subject, preheader, HTML or text. Immutable and thread-safe.</summary>
internal sealed class LiquidPart
{
    private readonly LiquidNode[] nodes;
    private readonly TextEncoder encoder;

    private LiquidPart(LiquidNode[] nodes, TextEncoder encoder, Taint taint)
    {
        this.nodes = nodes;
        this.encoder = encoder;
        Taint = taint;
    }

    /// <summary>What the part reveals.</summary>
    public Taint Taint { get; }

    /// <summary>Compiles pieces; problems are added, and a part is returned all the same.</summary>
    public static LiquidPart Compile(IReadOnlyList<Piece> pieces, TextEncoder encoder, string file, ICollection<TemplateProblem> problems)
    {
        var found = new List<TemplateProblem>();
        var statements = StatementReader.Read(pieces, file, found);
        var taint = LabelChecker.Check(statements, file, found);
        foreach (var problem in found)
            problems.Add(problem);
        return new LiquidPart(found.Count == 0 ? Build(statements) : [], encoder, taint);
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

    private static LiquidNode[] Build(IReadOnlyList<ReadStatement> statements)
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
            built.Add(Build(statement));
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

    private static LiquidNode Build(ReadStatement statement) => statement switch
    {
        ReadOutput output => new OutputNode(ExpressionRewriter.Rewrite(output.Value), output.Piece.Tag.Markup),
        ReadAssign assign => new AssignNode(assign.Variable, ExpressionRewriter.Rewrite(assign.Value)),
        ReadCapture capture => new CaptureNode(capture.Variable, Build(capture.Body)),
        ReadJump jump => new JumpNode(jump.Flow),
        ReadLoop loop => new ForNode(
            loop.Loop with { Source = ExpressionRewriter.Rewrite(loop.Loop.Source), Limit = Optional(loop.Loop.Limit), Offset = Optional(loop.Loop.Offset) },
            Build(loop.Body),
            Build(loop.Otherwise)),
        ReadBranches { Value: { } value } choice => new CaseNode(
            ExpressionRewriter.Rewrite(value),
            [.. choice.Branches.Select(branch => ((IReadOnlyList<Expression>)[.. branch.Conditions.Select(ExpressionRewriter.Rewrite)], Build(branch.Body)))]),
        ReadBranches choice => new IfNode([.. choice.Branches.Select(branch => (branch.Conditions.Count == 0 ? null : ExpressionRewriter.Rewrite(branch.Conditions[0]), Build(branch.Body)))]),
        _ => throw new ArgumentException("Unknown statement.", nameof(statement)),
    };

    private static Expression? Optional(Expression? expression) => expression is null ? null : ExpressionRewriter.Rewrite(expression);
}
