using Fluid;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>State of one rendering: the patient, variables, what is missing, steps left.</summary>
internal sealed class RenderContext : TemplateContext
{
    private int steps;

    /// <summary>Creates it; "now" is noon of the as-of date.</summary>
    public RenderContext(RenderInput input)
        : base(LiquidOptions.Shared)
    {
        Input = input;
        var noon = new DateTimeOffset(input.Today.ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero);
        Now = () => noon;
    }

    /// <summary>The patient.</summary>
    public RenderInput Input { get; }

    /// <summary>The first field that lacks a value, or null.</summary>
    public string? Missing { get; private set; }

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
