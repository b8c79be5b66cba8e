using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Organisations;

namespace Sealpost.Campaigns;

/// <summary>Steps in which a campaign is written.</summary>
public enum DraftStep
{
    /// <summary>Name, purpose, payment.</summary>
    Purpose = 0,

    /// <summary>Who.</summary>
    Audience = 1,

    /// <summary>What.</summary>
    Content = 2,

    /// <summary>When.</summary>
    Schedule = 3,
}

/// <summary>Something that keeps a draft from being submitted.</summary>
/// <param name="Step">Where to mend it.</param>
/// <param name="Field">The field there, such as <c>subject</c>.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
/// <param name="Line">Line of the body or text, from 1; 0 elsewhere.</param>
public sealed record DraftProblem(DraftStep Step, string Field, string Message, int Line = 0)
{
    /// <summary>Language of the message that it stands in; null where the message has one language, and outside of it.</summary>
    public string? Language { get; init; }

    /// <summary>Always <c>[phi]</c>: it may quote the query or the message.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Says what a draft still lacks, step by step, in words.</summary>
internal static class CheckDraft
{
    private const int HighestRate = 100_000;

    /// <summary>Everything that is missing or wrong; empty for a draft that can be submitted.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="rules">The organisation, now, and the names of its campaigns.</param>
    /// <param name="linksAllowed">The organisation lets clicks be counted.</param>
    public static IReadOnlyList<DraftProblem> Run(CampaignDraft draft, CampaignFileRules rules, bool linksAllowed) =>
        [.. OfPurpose(draft), .. OfAudience(draft, rules), .. OfContent(draft, rules), .. OfSchedule(draft, rules), .. OfClicks(draft, linksAllowed)];

    private static IEnumerable<DraftProblem> OfPurpose(CampaignDraft draft)
    {
        if (CampaignRules.NameProblem(draft.Name) is { } name)
            yield return new(DraftStep.Purpose, "name", Sentence(name));
        if (draft.About is not { } about)
        {
            yield return new(DraftStep.Purpose, "about", "Say what the message is about.");
            yield break;
        }

        if (PurposeAdvice.AsksOthers(about) && draft.PromotesOthers is null)
            yield return new(DraftStep.Purpose, "others", "Say whether it promotes a product or service of somebody else.");
        if (draft.Paid == PaidBy.Unanswered)
            yield return new(DraftStep.Purpose, "paid", "Say whether anybody pays for it, or gives something for it.");
        if (draft.Paid is not (PaidBy.Money or PaidBy.InKind))
            yield break;
        if (string.IsNullOrWhiteSpace(draft.Payment.Payer))
            yield return new(DraftStep.Purpose, "payer", "Name who pays.");
        if (draft.Payment.Amount <= 0)
            yield return new(DraftStep.Purpose, "amount", "Say how much it is worth, in US dollars.");

        // 45 CFR 164.501 "marketing" (2)(i): paid refill reminders only up to the documented cost.
        if (about == Purpose.Refill && draft.Payment.DocumentedCost is not > 0)
            yield return new(DraftStep.Purpose, "cost", "A paid refill reminder needs the cost of making it, from the cost worksheet.");
    }

    private static IEnumerable<DraftProblem> OfAudience(CampaignDraft draft, CampaignFileRules rules)
    {
        if (string.IsNullOrWhiteSpace(draft.Audience))
        {
            yield return new(DraftStep.Audience, "audience", "Say who shall get it: write a rule, or take a saved audience.");
            yield break;
        }

        var parse = AudienceQuery.Parse(draft.Audience.Trim());
        if (parse.Query is null)
        {
            yield return new(DraftStep.Audience, "audience", $"{parse.Error} (column {parse.Column})");
            yield break;
        }

        foreach (var campaign in parse.Query.Campaigns())
        {
            if (string.Equals(campaign, draft.Name, StringComparison.OrdinalIgnoreCase))
                yield return new(DraftStep.Audience, "audience", "The audience refers to this campaign itself: who gets a message cannot depend on who got it.");
            else if (rules.KnownCampaigns is { } known && !known.Contains(campaign))
                yield return new(DraftStep.Audience, "audience", $"There is no campaign \"{campaign}\" that the audience could refer to.");
        }
    }

    private static IEnumerable<DraftProblem> OfContent(CampaignDraft draft, CampaignFileRules rules)
    {
        var complete = true;
        foreach (var (field, text, words) in new[] { ("from", draft.From, "Say whom it comes from."), ("subject", draft.Subject, "Write a subject."), ("body", draft.Body, "Write the message, or take a template.") })
        {
            if (!string.IsNullOrWhiteSpace(text))
                continue;
            complete = false;
            yield return new(DraftStep.Content, field, words);
        }

        if (!string.IsNullOrWhiteSpace(draft.From) && CampaignRules.FromProblem(draft.From.Trim(), rules.Organisation) is { } from)
        {
            complete = false;
            yield return new(DraftStep.Content, "from", Sentence(from));
        }

        if (!complete)
            yield break;
        var sources = draft.ToContent(rules.Organisation.TimeZone).ToTemplateSources();
        foreach (var problem in TemplateSet.Compile(sources, CampaignHosts.Of(rules.Organisation)).Problems.DistinctBy(WhereOnce))
        {
            var inKey = problem.File is "subject" or "from" or "preheader" or "language";
            var text = (sources.FirstOrDefault(source => source.Language == problem.Language) ?? sources[0]).TextFile;
            yield return new(DraftStep.Content, inKey ? problem.File : problem.File == text ? "text" : "body", problem.Message, inKey ? 0 : problem.Line)
            {
                Language = sources.Count > 1 && problem.File != "from" ? problem.Language ?? sources[0].Language : null,
            };
        }
    }

    /// <summary>The sender is one for all languages, and wrong once.</summary>
    private static (string, string?, int, string) WhereOnce(TemplateProblem problem) => (problem.File, problem.File == "from" ? null : problem.Language, problem.Line, problem.Message);

    private static IEnumerable<DraftProblem> OfSchedule(CampaignDraft draft, CampaignFileRules rules)
    {
        if (draft.Rate is { } rate && rate is < 1 or > HighestRate)
            yield return new(DraftStep.Schedule, "rate", $"The rate is a number of messages a second, 1 to {HighestRate}.");
        if (draft.NotAfter < rules.Today)
            yield return new(DraftStep.Schedule, "notAfter", "That day is past: nothing could leave.");
        if (draft.Start == StartWish.ByHand)
            yield break;
        if (draft.StartAt is not { } at)
        {
            yield return new(DraftStep.Schedule, "startAt", "Say on which day and at what time it starts.");
            yield break;
        }

        var content = draft.ToContent(rules.Organisation.TimeZone);
        if (content.Schedule is null)
            yield return new(DraftStep.Schedule, "startAt", "The clock skips that time on that day: choose another.");
        else if (content.Schedule <= rules.Now)
            yield return new(DraftStep.Schedule, "startAt", draft.Start == StartWish.AtTime ? "That time is past." : "Somewhere that time is past already: choose one at least a day away.");
        else if (draft.NotAfter is { } last && DateOnly.FromDateTime(at) > last)
            yield return new(DraftStep.Schedule, "notAfter", "It would start after the last day on which a message may leave.");
    }

    private static IEnumerable<DraftProblem> OfClicks(CampaignDraft draft, bool allowed)
    {
        if (!draft.CountClicks)
            yield break;
        if (!allowed)
            yield return new(DraftStep.Schedule, "clicks", "Your organisation does not count clicks. An administrator can allow it (setting count-clicks).");

        // Measuring marketing would have to be named in the authorization's own text. 45 CFR 164.508(c)(1)(iv).
        if (PurposeAdvice.PurposeOf(draft) is Purpose.Marketing or Purpose.MarketingPaid)
            yield return new(DraftStep.Schedule, "clicks", "Clicks are not counted in marketing: the patient's authorization does not speak of it. Switch it off.");
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + ".";
}
