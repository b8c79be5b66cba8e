using System.Globalization;
using Fluid;
using Fluid.Ast;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>State of one rendering: the patient, variables, what is missing, steps left.</summary>
internal sealed class RenderContext : TemplateContext
{
    private int steps;

    /// <summary>Creates it; "now" is noon of the as-of date.</summary>
    public RenderContext(RenderInput input, CultureInfo? culture = null)
        : base(LiquidOptions.Shared)
    {
        Input = input;
        CultureInfo = culture ?? CultureInfo.InvariantCulture;
        var noon = new DateTimeOffset(input.Today.ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero);
        Now = () => noon;
    }

    /// <summary>The patient.</summary>
    public RenderInput Input { get; }

    /// <summary>The first field that lacks a value, or null.</summary>
    public string? Missing { get; private set; }

    /// <summary>Receives the branches that a preview reaches; null while sending.</summary>
    public ISet<BranchPoint>? Reached { get; init; }

    /// <summary>Receives how each comparison within a condition came out, which leads a search to branches that need several at once; null while sending.</summary>
    public ISet<(Expression Comparison, bool Holds)>? Compared { get; init; }

    /// <summary>Notes a branch.</summary>
    public void Reach(BranchPoint point) => Reached?.Add(point);

    /// <summary>Notes how the comparisons within a condition come out.</summary>
    public void Compare(Expression condition)
    {
        if (Compared is null)
            return;
        if (condition is NotExpression not)
            Compare(not.Inner);
        if (condition is not BinaryExpression binary)
            return;
        Compared.Add((condition, condition.Evaluate(this).ToBooleanValue()));
        Compare(binary.Left);
        Compare(binary.Right);
    }

    /// <summary>Notes a field without a value.</summary>
    public void Lacks(string field) => Missing ??= field;

    /// <summary>Counts a statement.</summary>
    /// <exception cref="RenderLimitException">The message executes too many.</exception>
    public void Step()
    {
        if (++steps > LiquidOptions.MaxSteps)
            throw new RenderLimitException($"The template executes more than {LiquidOptions.MaxSteps} statements for one patient: shorten its loops.");
    }
}
