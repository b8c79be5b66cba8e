namespace Sealpost.Patients;

/// <summary>A look-up key of a patient: an exact, normalised value of one kind.</summary>
/// <param name="Kind"><c>source</c> (<c>fhir|Patient/123</c>), <c>identifier</c> (<c>system|value</c>), <c>value</c> (identifier value alone) or <c>email</c> (normalised mailbox).</param>
/// <param name="Value">The normalised value.</param>
public sealed record LookupKey(string Kind, string Value)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    /// <summary>The keys under which a chart is found, each once. Email contact points that are no mailbox are left out.</summary>
    public static IEnumerable<LookupKey> Of(ChartHead head) => All(head).Distinct();

    /// <summary>The key of an id under which a source knows the patient.</summary>
    public static LookupKey Source(Identifier identifier) => new("source", $"{identifier.System}|{identifier.Value}");

    /// <summary>The key of a business identifier within its system.</summary>
    public static LookupKey Identifier(Identifier identifier) => new("identifier", $"{identifier.System}|{identifier.Value}");

    private static IEnumerable<LookupKey> All(ChartHead head)
    {
        foreach (var source in head.SourceIds)
            yield return Source(source);
        foreach (var identifier in head.Identifiers)
        {
            yield return Identifier(identifier);
            yield return new LookupKey("value", identifier.Value);
        }

        foreach (var point in head.ContactPoints)
        {
            if (point.Kind == "email" && EmailAddress.Normalise(point.Value) is { } mailbox)
                yield return new LookupKey("email", mailbox);
        }
    }
}
