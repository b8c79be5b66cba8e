using System.Globalization;
using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Maps an Observation, and each of its components as a fact of its own.</summary>
internal static class FhirObservations
{
    private const string Ucum = "http://unitsofmeasure.org";

    public static IReadOnlyList<Fact> Map(Observation observation, Fact stub, string patient, FhirReferences references)
    {
        var status = observation.StatusElement.Text();
        var (on, until) = FhirPeriods.Of(observation.Effective);

        // focus names someone or something else that was observed, such as a fetus or a device: no result of the patient.
        var ofPatient = observation.Focus.Count == 0 || observation.Focus.Any(focus => references.Resolve(focus) == patient);
        var basis = stub with
        {
            Status = status ?? "",
            Counts = ofPatient && status is "final" or "amended" or "corrected",
            On = on ?? observation.IssuedElement.Date(),
            Until = until,
        };
        var main = Valued(basis with { Codes = observation.Code.Concepts() }, observation.Value, observation.DataAbsentReason);
        if (observation.Component.Count == 0)
            return [main];
        List<Fact> facts = [main];
        for (var number = 1; number <= observation.Component.Count; number++)
        {
            var component = observation.Component[number - 1];
            var part = basis with { SourceId = stub.SourceId + "#" + number.ToString(CultureInfo.InvariantCulture), Codes = component.Code.Concepts() };
            facts.Add(Valued(part, component.Value, component.DataAbsentReason));
        }

        return facts;
    }

    private static Fact Valued(Fact fact, DataType? value, CodeableConcept? absent)
    {
        // A result that says why it is missing is no result.
        if (absent is not null || (value is not null && value.IsAbsent()))
            return fact with { Counts = false, Text = absent.Words() ?? absent.Code() };
        return value switch
        {
            Quantity quantity => Measured(fact, quantity),
            Integer whole => fact with { Value = whole.Whole() },
            CodeableConcept coded => fact with { Text = coded.Words() ?? coded.Code() },
            FhirBoolean flag => fact with { Text = flag.Flag() switch { true => "true", false => "false", null => null } },
            PrimitiveType plain => fact with { Text = plain.Text() },
            _ => fact,
        };
    }

    private static Fact Measured(Fact fact, Quantity quantity)
    {
        var system = quantity.SystemElement.Text();
        var unit = (system is null or Ucum ? quantity.CodeElement.Text() : null) ?? quantity.UnitElement.Text();
        var comparator = quantity.ComparatorElement.Text();
        var value = quantity.ValueElement.Number();

        // "<5" lies just under 5 and ">60" just over 60: comparisons with the limit itself then come out right.
        var compared = value is not { } limit ? null : comparator switch
        {
            "<" => double.BitDecrement(limit),
            ">" => double.BitIncrement(limit),
            _ => value,
        };
        return fact with
        {
            Value = compared,
            Unit = unit,
            Text = comparator is null || value is null ? null : string.Create(CultureInfo.InvariantCulture, $"{comparator}{value} {unit}").TrimEnd(),
        };
    }
}
