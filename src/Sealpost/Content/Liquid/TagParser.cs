using Fluid;
using Fluid.Ast;
using Fluid.Parser;

namespace Sealpost.Content.Liquid;

/// <summary>Parses the expressions of one tag by the Liquid engine's own grammar, so that a problem has the tag's line.</summary>
internal static class TagParser
{
    /// <summary>The expression of an output.</summary>
    public static Expression? Value(LiquidTag tag, Action<string> problem) => One<OutputStatement>("{{ " + tag.Markup + " }}", tag, problem)?.Expression;

    /// <summary>The condition of <c>if</c>, <c>elsif</c>, <c>unless</c>.</summary>
    public static Expression? Condition(LiquidTag tag, Action<string> problem) =>
        One<IfStatement>("{% if " + tag.Markup + " %}{% endif %}", tag, problem)?.Condition is not { } condition ? null
        : tag.Name == "unless" ? new NotExpression(condition)
        : condition;

    /// <summary>The value of <c>case</c>.</summary>
    public static Expression? Case(LiquidTag tag, Action<string> problem) => One<CaseStatement>("{% case " + tag.Markup + " %}{% endcase %}", tag, problem)?.Expression;

    /// <summary>The values of <c>when</c>.</summary>
    public static IReadOnlyList<Expression>? When(LiquidTag tag, Action<string> problem)
    {
        var whens = One<CaseStatement>("{% case 0 %}{% when " + tag.Markup + " %}{% endcase %}", tag, problem)?.Whens;
        return whens is [{ Options.Count: > 0 } only] ? only.Options : null;
    }

    /// <summary>The name and value of <c>assign</c>.</summary>
    public static AssignStatement? Assign(LiquidTag tag, Action<string> problem) => One<AssignStatement>("{% assign " + tag.Markup + " %}", tag, problem);

    /// <summary>The loop of <c>for</c>.</summary>
    public static Loop? For(LiquidTag tag, Action<string> problem)
    {
        if (One<ForStatement>("{% for " + tag.Markup + " %}{% endfor %}", tag, problem) is not { } loop)
            return null;
        if (!loop.OffsetIsContinue)
            return new Loop(loop.Identifier, loop.Source ?? loop.Range, loop.Limit, loop.Offset, loop.Reversed);
        problem("\"offset: continue\" is not available: write a number.");
        return null;
    }

    private static T? One<T>(string source, LiquidTag tag, Action<string> problem)
        where T : Statement
    {
        if (LiquidOptions.Parser.TryParse(source, out var template, out var error) && template is FluidTemplate { Statements: [T statement] })
            return statement;
        var at = error?.LastIndexOf(" at (", StringComparison.Ordinal) ?? -1;
        var reason = string.IsNullOrEmpty(error) ? "it is not understood" : (at > 0 ? error[..at] : error).Trim().TrimEnd('.');
        problem($"{tag.Source}: {reason}.");
        return null;
    }
}
