using System.Globalization;
using System.Text.Json;

namespace Sealpost.Delivery.DomainReports;

/// <summary>TLS reports as JSON. RFC 8460 §4.4.</summary>
internal static class TlsReportJson
{
    private const int MostPolicies = 1_000;
    private const int MostDetails = 10_000;
    private const int LongestText = 2_000;

    /// <summary>Reads one; null where it is none. Lenient where reporters are: a single text stands for a list, what is missing is empty.</summary>
    public static DomainReport.Tls? Read(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 32 });
            var root = document.RootElement;
            var range = Child(root, "date-range");
            if (Child(root, "policies") is not { ValueKind: JsonValueKind.Array } policies || Instant(range, "start-datetime") is not { } begin || Instant(range, "end-datetime") is not { } end)
                return null;
            return new DomainReport.Tls
            {
                Reporter = Text(root, "organization-name"),
                Contact = Text(root, "contact-info"),
                Id = Text(root, "report-id"),
                Begin = begin,
                End = end,
                Policies = [.. policies.EnumerateArray().Take(MostPolicies).Select(Policy)],
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text that is no UTF-8, or half a surrogate pair.
            return null;
        }
    }

    /// <summary>Writes one, as other hosts read it.</summary>
    public static byte[] Write(DomainReport.Tls report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("organization-name", report.Reporter);
            json.WriteStartObject("date-range");
            json.WriteString("start-datetime", Stamp(report.Begin));
            json.WriteString("end-datetime", Stamp(report.End));
            json.WriteEndObject();
            json.WriteString("contact-info", report.Contact);
            json.WriteString("report-id", report.Id);
            json.WriteStartArray("policies");
            foreach (var policy in report.Policies)
                Write(json, policy);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ReportedPolicy policy)
    {
        json.WriteStartObject();
        json.WriteStartObject("policy");
        json.WriteString("policy-type", policy.Type);
        if (policy.Strings.Count > 0)
            List(json, "policy-string", policy.Strings);
        json.WriteString("policy-domain", policy.Domain);
        if (policy.MxHosts.Count > 0)
            List(json, "mx-host", policy.MxHosts);
        json.WriteEndObject();
        json.WriteStartObject("summary");
        json.WriteNumber("total-successful-session-count", policy.Successes);
        json.WriteNumber("total-failure-session-count", policy.Failures);
        json.WriteEndObject();
        if (policy.Details.Count > 0)
        {
            json.WriteStartArray("failure-details");
            foreach (var failure in policy.Details)
            {
                json.WriteStartObject();
                json.WriteString("result-type", failure.Result);
                foreach (var (name, value) in new[] { ("sending-mta-ip", failure.SendingIp), ("receiving-mx-hostname", failure.Mx), ("receiving-ip", failure.ReceivingIp), ("failure-reason-code", failure.Reason) })
                {
                    if (value.Length > 0)
                        json.WriteString(name, value);
                }

                json.WriteNumber("failed-session-count", failure.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static ReportedPolicy Policy(JsonElement element)
    {
        var policy = Child(element, "policy");
        var summary = Child(element, "summary");
        return new ReportedPolicy(
            Text(policy, "policy-type"),
            Text(policy, "policy-domain").ToLowerInvariant(),
            Texts(policy, "policy-string"),
            Texts(policy, "mx-host"),
            Number(summary, "total-successful-session-count"),
            Number(summary, "total-failure-session-count"),
            Child(element, "failure-details") is { ValueKind: JsonValueKind.Array } details ? [.. details.EnumerateArray().Take(MostDetails).Select(Failure)] : []);
    }

    private static FailedSessions Failure(JsonElement element) => new(
        Text(element, "result-type"),
        Text(element, "sending-mta-ip"),
        Text(element, "receiving-mx-hostname"),
        Text(element, "receiving-ip"),
        Number(element, "failed-session-count"),
        Text(element, "failure-reason-code"));

    private static void List(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonElement Child(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string Text(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { } value ? value[..Math.Min(value.Length, LongestText)] : "";

    private static IReadOnlyList<string> Texts(JsonElement parent, string name) => Child(parent, name) switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString() ?? ""],
        { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Take(100).Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString() ?? "")],
        _ => [],
    };

    private static long Number(JsonElement parent, string name) => Child(parent, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) && value >= 0 ? value : 0;

    private static DateTimeOffset? Instant(JsonElement parent, string name) =>
        DateTimeOffset.TryParse(Text(parent, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
}
