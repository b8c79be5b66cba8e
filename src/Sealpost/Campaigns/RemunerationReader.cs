using System.Globalization;
using Sealpost.Consent;
using YamlDotNet.RepresentationModel;

namespace Sealpost.Campaigns;

/// <summary>Reads the payment questions of a campaign file. 45 CFR 164.501 "marketing" (3); an unanswered one is a problem.</summary>
internal sealed class RemunerationReader(CampaignKeys keys)
{
    private const string Key = "remuneration";
    private static readonly string[] Known = ["payer", "kind", "receivedBy", "amount", "documentedCost", "payerOwnsProduct"];
    private static readonly string[] Kinds = ["financial", "in-kind"];
    private static readonly string[] Receivers = ["covered-entity", "business-associate"];

    /// <summary>The answers; null for "none" (or where there is a problem).</summary>
    public PaymentAnswers? Read(Purpose? purpose)
    {
        switch (keys.Node(Key))
        {
            case null:
                keys.Add(Key, $"the key \"{Key}\" is missing: write \"{Key}: none\" if nobody pays for this message, else {{payer: …, kind: …, receivedBy: …, amount: …}}");
                return null;
            case YamlScalarNode { Value: "none" }:
                if (purpose == Purpose.MarketingPaid)
                    keys.Add(Key, "MARKETING_PAID says that somebody pays; answer who, how and how much");
                return null;
            case YamlMappingNode mapping:
                return ReadAnswers(mapping, purpose);
            default:
                keys.Add(Key, "write \"none\" or {payer: …, kind: financial, receivedBy: covered-entity, amount: …}");
                return null;
        }
    }

    private PaymentAnswers ReadAnswers(YamlMappingNode mapping, Purpose? purpose)
    {
        var answers = new Dictionary<string, (string Value, int Line)>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!Known.Contains(name, StringComparer.Ordinal))
                keys.Add(Key, (int)key.Start.Line, (int)key.Start.Column, $"unknown key \"{name}\" in {Key}{NearestName.Hint(name, Known)}");
            else if (value is YamlScalarNode { Value.Length: > 0 } scalar)
                answers[name] = (scalar.Value, (int)key.Start.Line);
        }

        var cost = Money(answers, "documentedCost", required: false);
        var result = new PaymentAnswers
        {
            Payer = Answer(answers, "payer", "who pays") ?? "",
            Kind = OneOf(answers, "kind", Kinds) ?? "",
            ReceivedBy = OneOf(answers, "receivedBy", Receivers) ?? "",
            Amount = Money(answers, "amount", required: true) ?? 0,
            DocumentedCost = cost,
            // Unanswered counts as yes: the stricter reading.
            PayerOwnsProduct = !answers.TryGetValue("payerOwnsProduct", out var owns) || YesOrNo(owns.Value, owns.Line),
        };
        // 45 CFR 164.501 "marketing" (2)(i): paid refill reminders only up to the documented cost.
        if (purpose == Purpose.Refill && cost is null)
            keys.Add(Key, "a paid REFILL needs documentedCost, the reasonable cost of this communication from the cost worksheet");
        return result;
    }

    private string? Answer(Dictionary<string, (string Value, int Line)> answers, string name, string meaning)
    {
        if (answers.TryGetValue(name, out var answer))
            return answer.Value;
        keys.Add(Key, $"{Key} does not say {meaning}: \"{name}\" is missing");
        return null;
    }

    private string? OneOf(Dictionary<string, (string Value, int Line)> answers, string name, string[] allowed)
    {
        var value = Answer(answers, name, string.Join(" or ", allowed));
        if (value is null || allowed.Contains(value, StringComparer.Ordinal))
            return value;
        keys.Add(Key, answers[name].Line, null, $"\"{name}\" is {string.Join(" or ", allowed)}, not \"{value}\"");
        return null;
    }

    private decimal? Money(Dictionary<string, (string Value, int Line)> answers, string name, bool required)
    {
        if (!answers.TryGetValue(name, out var answer))
        {
            if (required)
                keys.Add(Key, $"{Key} does not say how much in US dollars: \"{name}\" is missing");
            return null;
        }

        if (decimal.TryParse(answer.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return amount;
        keys.Add(Key, answer.Line, null, $"\"{name}\" is an amount in US dollars such as 1200 or 1200.50");
        return null;
    }

    private bool YesOrNo(string value, int line)
    {
        if (value is "true" or "yes")
            return true;
        if (value is not ("false" or "no"))
            keys.Add(Key, line, null, "\"payerOwnsProduct\" is true or false");
        return false;
    }
}

/// <summary>Reads a time of day and date as people write it.</summary>
internal static class ScheduleTime
{
    private static readonly string[] Local = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd' 'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd' 'HH:mm:ss"];
    private static readonly string[] WithOffset = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ssK"];

    /// <summary>UTC instant; a time without offset is in the zone. Null where it is none, or where the clock skips it.</summary>
    public static DateTimeOffset? Parse(string text, TimeZoneInfo zone)
    {
        if (DateTime.TryParseExact(text, Local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return zone.IsInvalidTime(local) ? null : new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        return DateTimeOffset.TryParseExact(text, WithOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at.ToUniversalTime() : null;
    }
}
