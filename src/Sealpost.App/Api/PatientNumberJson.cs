using System.Text.Json;
using System.Text.Json.Serialization;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Api;

/// <summary>A patient's number as a number.</summary>
internal sealed class PatientNumberJson : JsonConverter<PatientNumber>
{
    public override PatientNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt32());

    public override void Write(Utf8JsonWriter writer, PatientNumber value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
