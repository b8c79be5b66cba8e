using System.Globalization;
using System.Text.Json;

namespace Sealpost.App.Demo;

/// <summary>Writes FHIR R4 resources about one person, one JSON object each.</summary>
internal sealed class SyntheticFhir(Utf8JsonWriter writer, SyntheticPerson person)
{
    private const string Ucum = "http://unitsofmeasure.org";
    private int _resources;

    /// <summary>Begins a resource with the next id of its type; <paramref name="subject"/> is the name of the reference to the patient.</summary>
    public void Begin(string type, string? subject)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType", type);
        writer.WriteString("id", subject is null ? person.Id : string.Create(CultureInfo.InvariantCulture, $"{person.Id}-{++_resources}"));
        if (subject is null)
            return;
        writer.WriteStartObject(subject);
        writer.WriteString("reference", "Patient/" + person.Id);
        writer.WriteEndObject();
    }

    /// <summary>Ends the resource.</summary>
    public void End() => writer.WriteEndObject();

    /// <summary>A text property.</summary>
    public void Text(string name, string value) => writer.WriteString(name, value);

    /// <summary>A date property.</summary>
    public void Date(string name, DateOnly day) => writer.WriteString(name, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    /// <summary>A date-time property at an hour of the place's standard time.</summary>
    public void Instant(string name, DateOnly day, int hour, int minute) =>
        writer.WriteString(name, string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}T{hour:D2}:{minute:D2}:00-{person.Place.HoursBehind:D2}:00"));

    /// <summary>A CodeableConcept.</summary>
    public void Concept(string name, params ReadOnlySpan<SyntheticCode> codes)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("coding");
        foreach (var code in codes)
            Coding(code);
        writer.WriteEndArray();
        writer.WriteString("text", codes[0].Display);
        writer.WriteEndObject();
    }

    /// <summary>A list of one CodeableConcept.</summary>
    public void Concepts(string name, SyntheticCode code)
    {
        writer.WriteStartArray(name);
        writer.WriteStartObject();
        writer.WriteStartArray("coding");
        Coding(code);
        writer.WriteEndArray();
        writer.WriteString("text", code.Display);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    /// <summary>A CodeableConcept of a single code of HL7's own, without display.</summary>
    public void Status(string name, string system, string code)
    {
        writer.WriteStartObject(name);
        writer.WriteStartArray("coding");
        writer.WriteStartObject();
        writer.WriteString("system", system);
        writer.WriteString("code", code);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A quantity in a UCUM unit.</summary>
    public void Quantity(double value, string unit, int decimals)
    {
        writer.WriteStartObject("valueQuantity");
        writer.WriteNumber("value", Math.Round((decimal)value, decimals));
        writer.WriteString("unit", unit);
        writer.WriteString("system", Ucum);
        writer.WriteString("code", unit);
        writer.WriteEndObject();
    }

    /// <summary>A period; open where it has no end.</summary>
    public void Period(DateOnly start, DateOnly? end)
    {
        writer.WriteStartObject("period");
        Date("start", start);
        if (end is { } last)
            Date("end", last);
        writer.WriteEndObject();
    }

    private void Coding(SyntheticCode code)
    {
        writer.WriteStartObject();
        writer.WriteString("system", code.System);
        writer.WriteString("code", code.Code);
        writer.WriteString("display", code.Display);
        writer.WriteEndObject();
    }
}
