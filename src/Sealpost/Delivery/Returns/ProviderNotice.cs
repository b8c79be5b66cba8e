using System.Text.Json;

namespace Sealpost.Delivery.Returns;

/// <summary>Notices of sending providers as JSON: <c>bounce.bouncedRecipients</c>, <c>complaint.complainedRecipients</c>, <c>delivery</c>, alone or wrapped as a topic's <c>Message</c>.</summary>
internal static class ProviderNotice
{
    /// <summary>Reads the first JSON object of a text; null where it is none of these.</summary>
    public static ReturnedMail? Read(string text)
    {
        var start = text.IndexOf('{', StringComparison.Ordinal);
        if (start is < 0 or > 2_000)
            return null;
        try
        {
            using var document = Parse(text.AsSpan(start));
            return document is null ? null : Unwrapped(document.RootElement);
        }
        catch (InvalidOperationException)
        {
            // Some text in it is half a surrogate pair.
            return null;
        }
    }

    private static ReturnedMail? Unwrapped(JsonElement root)
    {
        if (!root.TryGetProperty("Message", out var inner) || inner.ValueKind != JsonValueKind.String)
            return Notice(root);
        using var wrapped = Parse(inner.GetString());
        return wrapped is null ? null : Notice(wrapped.RootElement);
    }

    private static ReturnedMail? Notice(JsonElement root)
    {
        var mail = Child(root, "mail");
        var id = Text(Child(mail, "commonHeaders"), "messageId")?.Trim('<', '>');
        string[] sources = Text(mail, "source") is { } source ? [source] : [];
        if (Child(root, "complaint") is { ValueKind: JsonValueKind.Object } complaint)
        {
            return new ReturnedMail
            {
                Class = ReturnClass.Complaint,
                Reason = ReturnReason.Policy,
                FeedbackType = Text(complaint, "complaintFeedbackType") ?? "abuse",
                Recipients = [.. Addresses(complaint, "complainedRecipients").Select(item => new FailedRecipient(item.Address, ReturnClass.Complaint, ReturnReason.Policy, "", 0, true))],
                OriginalMessageId = id,
                ReturnPaths = sources,
            };
        }

        if (Child(root, "bounce") is { ValueKind: JsonValueKind.Object } bounce)
            return Bounce(bounce) with { OriginalMessageId = id, ReturnPaths = sources };
        return Child(root, "delivery") is { ValueKind: JsonValueKind.Object } ? new ReturnedMail { Class = ReturnClass.NotABounce, OriginalMessageId = id, ReturnPaths = sources } : null;
    }

    private static ReturnedMail Bounce(JsonElement bounce)
    {
        var isPermanent = Text(bounce, "bounceType")?.Equals("Permanent", StringComparison.OrdinalIgnoreCase) == true;
        var failed = new List<FailedRecipient>();
        foreach (var (address, item) in Addresses(bounce, "bouncedRecipients"))
        {
            var diagnosis = Diagnosis.Of(Text(item, "status") ?? "", Text(item, "diagnosticCode") ?? "", "");
            failed.Add(new FailedRecipient(address, diagnosis.Class, diagnosis.Reason, diagnosis.Status, diagnosis.ReplyCode, isPermanent));
        }

        return ReadReturn.Failed(failed, isPermanent);
    }

    private static IEnumerable<(string Address, JsonElement Item)> Addresses(JsonElement parent, string name)
    {
        if (Child(parent, name) is not { ValueKind: JsonValueKind.Array } list)
            yield break;
        foreach (var item in list.EnumerateArray())
        {
            if (Text(item, "emailAddress") is { } text && MailboxText.Clean(text) is { } address)
                yield return (address, item);
        }
    }

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string? Text(JsonElement parent, string name) => Child(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonDocument? Parse(ReadOnlySpan<char> text)
    {
        // Mail wraps long lines; a raw line end inside a JSON string is such a wrap.
        var bytes = System.Text.Encoding.UTF8.GetBytes(text.ToString().Replace("\n", "", StringComparison.Ordinal));
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var document) && document.RootElement.ValueKind == JsonValueKind.Object ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
