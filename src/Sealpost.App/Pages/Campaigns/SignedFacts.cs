using System.Globalization;
using Sealpost.App.Pages.Shared;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Campaigns;

/// <summary>A part of what an approval signs, in plain words.</summary>
internal readonly record struct SignedFact(string Term, string Words);

/// <summary>Everything that an approval signs besides audience, message and files, which are shown whole beside it.</summary>
internal static class SignedFacts
{
    /// <param name="content">The version.</param>
    /// <param name="zone">The organisation's time zone.</param>
    public static IEnumerable<SignedFact> Of(CampaignContent content, TimeZoneInfo zone) =>
    [
        new("Name", content.Name),
        new("Purpose", PurposeOf(content.Purpose)),
        .. Payment(content.Remuneration),
        new("From", content.From),
        .. Texts(content),
        new("Written as", content.Format switch { BodyFormat.Mjml => "MJML", BodyFormat.Html => "HTML", _ => "Text with Markdown" }),
        new("Start", Start(content, zone)),
        new("Last day on which a message may leave", content.NotAfter is { } day ? Day(day) : "None is set"),
        new("Messages a second", content.Rate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"At most {rate:N0}") : "As fast as the mail hosts take them"),
        new("Clicks", content.CountClicks ? "Counted, on links to our own pages" : "Not counted"),
    ];

    private static string PurposeOf(Purpose purpose) =>
        purpose == Purpose.MarketingPaid ? "Marketing that somebody pays for" : PurposeAdvice.Choices.FirstOrDefault(choice => choice.About == purpose)?.Title ?? PurposeNames.Of(purpose);

    private static IEnumerable<SignedFact> Payment(PaymentAnswers? paid)
    {
        if (paid is null)
            return [new("Paid for by", "Nobody")];
        var kind = paid.Kind == RemunerationKinds.InKind ? "in goods or services" : "in money";
        var to = paid.ReceivedBy == RemunerationKinds.BusinessAssociate ? "a vendor that sends for us" : "us";
        return
        [
            new("Paid for by", paid.Payer + (paid.PayerOwnsProduct ? ", who owns the product or service or pays for its owner" : ", who does not own the product or service")),
            new("Worth", $"{Dollars(paid.Amount)}, {kind}, to {to}"),
            new("Cost of making it, documented", paid.DocumentedCost is { } cost ? Dollars(cost) : "Not given"),
        ];
    }

    /// <summary>What stands in the mailbox before the message is opened, in each language.</summary>
    private static IEnumerable<SignedFact> Texts(CampaignContent content)
    {
        var draft = content.ToDraft();
        foreach (var part in draft.Variants.Prepend(draft.Fallback))
        {
            var language = draft.Variants.Count == 0 ? "" : $" ({part.Language})";
            yield return new("Subject" + language, part.Subject);
            yield return new("Preview line" + language, string.IsNullOrWhiteSpace(part.Preheader) ? "None" : part.Preheader);
            yield return new("Text part" + language, string.IsNullOrWhiteSpace(part.Text) ? "Made from the message" : "Written by hand");
        }
    }

    private static string Start(CampaignContent content, TimeZoneInfo zone) => content switch
    {
        { PatientTime: { } time } => $"By itself once approved; each message leaves from {CampaignWords.WallClock(time)} on where its patient lives",
        { Schedule: { } at } => $"By itself on {Moments.Minute(at, zone)} ({zone.Id}), if it is approved by then; else when somebody starts it",
        _ => "When somebody starts it after the approval",
    };

    private static string Day(DateOnly day) => day.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    private static string Dollars(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"${amount:N2}");
}
