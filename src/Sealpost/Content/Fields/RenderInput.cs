using Sealpost.Patients;

namespace Sealpost.Content.Fields;

/// <summary>What one message is made from. Holds PHI; lives for one rendering.</summary>
internal sealed class RenderInput(Chart chart, SenderFooter footer, DateOnly today)
{
    private Dictionary<Field, IReadOnlyList<Fact>>? facts;

    /// <summary>The open chart.</summary>
    public Chart Chart { get; } = chart;

    /// <summary>Sealpost's own parts.</summary>
    public SenderFooter Footer { get; } = footer;

    /// <summary>As-of date.</summary>
    public DateOnly Today { get; } = today;

    /// <summary>The facts of a list or group, picked once per message.</summary>
    public IReadOnlyList<Fact> FactsOf(Field field)
    {
        facts ??= new(ReferenceEqualityComparer.Instance);
        if (!facts.TryGetValue(field, out var picked))
            facts[field] = picked = field.Facts?.Invoke(this) ?? [];
        return picked;
    }

    /// <inheritdoc/>
    public override string ToString() => "[phi]";
}
