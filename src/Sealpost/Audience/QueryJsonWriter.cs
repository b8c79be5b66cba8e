using System.Text;
using System.Text.Json;

namespace Sealpost.Audience;

/// <summary>Writes queries as JSON trees; the shape is in docs/audience-language.md.</summary>
internal static class QueryJsonWriter
{
    private static readonly JsonWriterOptions Options = new() { MaxDepth = QueryJsonReader.MaxDepth };

    public static string Write(AudienceQuery query)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
            Write(writer, query);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter writer, AudienceQuery query)
    {
        writer.WriteStartObject();
        switch (query)
        {
            case AllOf all:
                WriteParts(writer, "and", all.Parts);
                break;
            case AnyOf any:
                WriteParts(writer, "or", any.Parts);
                break;
            case NoneOf none:
                writer.WritePropertyName("not");
                Write(writer, none.Part);
                break;
            case SexIs sex:
                writer.WriteString("sex", sex.Sex);
                break;
            case LanguageIs language:
                writer.WriteString("language", language.Tag);
                break;
            case StateIn state:
                WriteStrings(writer, "state", state.States);
                break;
            case ZipIn zip:
                WriteStrings(writer, "zip", zip.Zips.Select(pattern => pattern.ToString()));
                break;
            case PayerIs payer:
                writer.WriteString("payer", payer.Name);
                break;
            case AuthorizationFor authorization:
                writer.WriteString("authorization", authorization.Purpose);
                break;
            default:
                WriteObject(writer, query);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter writer, AudienceQuery query)
    {
        switch (query)
        {
            case AgeIs age:
                writer.WriteStartObject("age");
                writer.WriteString("is", QueryText.Symbol(age.Is));
                writer.WriteNumber("years", age.Years);
                break;
            case AgeBetween age:
                writer.WriteStartObject("age");
                writer.WriteNumber("from", age.From);
                writer.WriteNumber("to", age.To);
                break;
            case NearZip near:
                writer.WriteStartObject("near");
                writer.WriteNumber(near.InMiles ? "miles" : "km", near.Distance);
                writer.WriteString("zip", near.Zip);
                break;
            case CodedFact fact:
                writer.WriteStartObject(QueryText.Keyword(fact.Kind));
                if (fact.Ever)
                    writer.WriteBoolean("ever", true);
                WriteStrings(writer, "codes", fact.Patterns.Select(code => code.ToString()));
                WriteWindow(writer, fact.Within);
                break;
            case EncounterWithin encounter:
                writer.WriteStartObject("encounter");
                WriteWindow(writer, encounter.Within);
                break;
            case AppointmentWithin appointment:
                writer.WriteStartObject("appointment");
                writer.WriteNumber("nextDays", appointment.Days);
                break;
            case CampaignEvent campaign:
                writer.WriteStartObject("campaign");
                writer.WriteString("name", campaign.Campaign);
                writer.WriteString("event", QueryText.Keyword(campaign.Kind));
                WriteWindow(writer, campaign.Within);
                break;
            default:
                WriteLab(writer, query);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteLab(Utf8JsonWriter writer, AudienceQuery query)
    {
        writer.WriteStartObject("lab");
        switch (query)
        {
            case LabKnown lab:
                writer.WriteString("code", lab.Code.ToString());
                writer.WriteBoolean("present", lab.Present);
                WriteWindow(writer, lab.Within);
                break;
            case LabIs lab:
                writer.WriteString("code", lab.Code.ToString());
                writer.WriteString("is", QueryText.Symbol(lab.Is));
                writer.WriteNumber("value", lab.Value);
                if (lab.Unit is not null)
                    writer.WriteString("unit", lab.Unit);
                WriteWindow(writer, lab.Within);
                break;
            default:
                throw new InvalidOperationException("Unknown kind of query part.");
        }
    }

    private static void WriteParts(Utf8JsonWriter writer, string name, IEnumerable<AudienceQuery> parts)
    {
        writer.WriteStartArray(name);
        foreach (var part in parts)
            Write(writer, part);
        writer.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void WriteWindow(Utf8JsonWriter writer, Window? window)
    {
        if (window is null)
            return;
        writer.WriteStartObject("within");
        writer.WriteNumber(window.Unit.ToString().ToLowerInvariant(), window.Count);
        writer.WriteEndObject();
    }
}
