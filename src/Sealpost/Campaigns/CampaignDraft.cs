using MemoryPack;
using Sealpost.Campaigns.Attachments;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;

namespace Sealpost.Campaigns;

/// <summary>Whether anybody gives something for a message being sent.</summary>
public enum PaidBy
{
    /// <summary>Not answered yet.</summary>
    Unanswered = 0,

    /// <summary>Nobody.</summary>
    Nobody = 1,

    /// <summary>Somebody pays money.</summary>
    Money = 2,

    /// <summary>Somebody gives goods or services.</summary>
    InKind = 3,
}

/// <summary>When a campaign starts.</summary>
public enum StartWish
{
    /// <summary>When a person starts it after the approval.</summary>
    ByHand = 0,

    /// <summary>At a time in the organisation's time zone.</summary>
    AtTime = 1,

    /// <summary>For each patient at that time in the patient's own time zone.</summary>
    AtPatientTime = 2,
}

/// <summary>A campaign as it is being written: any part may still be missing. Stored sealed.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record CampaignDraft
{
    /// <summary>Name.</summary>
    [MemoryPackOrder(0)]
    public string Name { get; init; } = "";

    /// <summary>What the message is about; null while unanswered. Paid marketing is <see cref="Purpose.Marketing"/> with <see cref="Paid"/>.</summary>
    [MemoryPackOrder(1)]
    public Purpose? About { get; init; }

    /// <summary>Whether it also promotes a product or service of somebody else; null while unanswered.</summary>
    [MemoryPackOrder(2)]
    public bool? PromotesOthers { get; init; }

    /// <summary>Whether anybody pays.</summary>
    [MemoryPackOrder(3)]
    public PaidBy Paid { get; init; }

    /// <summary>Who, how much and to whom; meaningful where somebody pays.</summary>
    [MemoryPackOrder(4)]
    public PaymentAnswers Payment { get; init; } = new() { ReceivedBy = RemunerationKinds.CoveredEntity, PayerOwnsProduct = true };

    /// <summary>Audience query, text form.</summary>
    [MemoryPackOrder(5)]
    public string Audience { get; init; } = "";

    /// <summary>Saved audience that it was taken from.</summary>
    [MemoryPackOrder(6)]
    public PinnedSource? AudienceSource { get; init; }

    /// <summary>Only some of an earlier campaign's patients.</summary>
    [MemoryPackOrder(7)]
    public FollowUp? FollowUp { get; init; }

    /// <summary>Display name and address.</summary>
    [MemoryPackOrder(8)]
    public string From { get; init; } = "";

    /// <summary>Subject line.</summary>
    [MemoryPackOrder(9)]
    public string Subject { get; init; } = "";

    /// <summary>Preview line.</summary>
    [MemoryPackOrder(10)]
    public string Preheader { get; init; } = "";

    /// <summary>Body.</summary>
    [MemoryPackOrder(11)]
    public string Body { get; init; } = "";

    /// <summary>How the body is written.</summary>
    [MemoryPackOrder(12)]
    public BodyFormat Format { get; init; } = BodyFormat.Markdown;

    /// <summary>Text part; empty makes it from the body.</summary>
    [MemoryPackOrder(13)]
    public string Text { get; init; } = "";

    /// <summary>Template that the message was taken from.</summary>
    [MemoryPackOrder(14)]
    public PinnedSource? ContentSource { get; init; }

    /// <summary>When it starts.</summary>
    [MemoryPackOrder(15)]
    public StartWish Start { get; init; }

    /// <summary>Wall-clock time of the start.</summary>
    [MemoryPackOrder(16)]
    public DateTime? StartAt { get; init; }

    /// <summary>Last day on which a message may leave.</summary>
    [MemoryPackOrder(17)]
    public DateOnly? NotAfter { get; init; }

    /// <summary>Messages a second at most.</summary>
    [MemoryPackOrder(18)]
    public int? Rate { get; init; }

    /// <summary>Count clicks.</summary>
    [MemoryPackOrder(19)]
    public bool CountClicks { get; init; }

    /// <summary>BCP 47 tag of the language of subject and body; null for English.</summary>
    [MemoryPackOrder(20)]
    public string? Language { get; init; }

    /// <summary>The same message in other languages.</summary>
    [MemoryPackOrder(21)]
    public IReadOnlyList<MessageVariant> Variants { get; init; } = [];

    /// <summary>Files that patients fetch from the opened message.</summary>
    [MemoryPackOrder(22)]
    public IReadOnlyList<Attachment> Files { get; init; } = [];

    /// <summary>Languages in which the message stands as it did when it was changed in another; null where it was changed in none since it was taken.</summary>
    [MemoryPackOrder(23)]
    public IReadOnlyList<string>? Unrevised { get; init; }

    /// <summary>The message in all its languages, for an editor.</summary>
    public MessageDraft ToMessage() => new()
    {
        Format = Format,
        Fallback = new MessageVariant { Language = Language ?? Languages.Default, Subject = Subject, Preheader = Filled(Preheader), Body = Body, Text = Filled(Text) },
        Variants = [.. Variants.Select(variant => variant with { BodyFile = "", TextFile = null })],
    };

    /// <summary>The draft with a message changed by hand: it is no template's any more, and remembers the languages that were left as they were.</summary>
    public CampaignDraft With(MessageDraft message)
    {
        var before = ToMessage();
        if (before.SameAs(message))
            return this;
        var changed = message.All.Where(variant => before.All.Any(one => one.Language == variant.Language && one != variant)).Select(variant => variant.Language).ToHashSet(StringComparer.Ordinal);
        var left = Unrevised ?? (changed.Count > 0 ? [.. before.All.Select(variant => variant.Language)] : null);
        return this with
        {
            Subject = message.Fallback.Subject,
            Preheader = message.Fallback.Preheader ?? "",
            Body = message.Fallback.Body,
            Format = message.Format,
            Text = message.Fallback.Text ?? "",
            Language = message.Variants.Count == 0 && message.Fallback.Language == Languages.Default ? null : message.Fallback.Language,
            Variants = message.Variants,
            ContentSource = null,
            Unrevised = left is null ? null : [.. left.Where(language => !changed.Contains(language) && message.All.Any(variant => variant.Language == language))],
        };
    }

    /// <summary>The draft with the message of a template of the library.</summary>
    /// <param name="template">The template, pinned.</param>
    /// <param name="name">Its name, for people.</param>
    public CampaignDraft With(PinnedTemplate template, string name)
    {
        var content = new CampaignContent().With(template);
        return this with
        {
            Subject = content.Subject,
            Preheader = content.Preheader ?? "",
            Body = content.Body,
            Format = content.Format,
            Text = content.Text ?? "",
            Language = content.Language,
            Variants = content.Variants,
            ContentSource = new PinnedSource { Id = template.Id, Version = template.Version, Name = name },
            Unrevised = null,
        };
    }

    /// <summary>The draft that a finished content makes.</summary>
    /// <param name="content">The content.</param>
    /// <param name="zone">The organisation's time zone.</param>
    internal static CampaignDraft Of(CampaignContent content, TimeZoneInfo zone)
    {
        var begun = content.Audience.Length > 0 || content.Body.Length > 0;
        var paid = content.Purpose == Purpose.MarketingPaid;
        return new CampaignDraft
        {
            Name = content.Name,
            About = !begun ? null : paid ? Purpose.Marketing : content.Purpose,
            PromotesOthers = !begun ? null : content.Purpose is Purpose.Marketing or Purpose.MarketingPaid,
            Paid = !begun ? PaidBy.Unanswered : content.Remuneration is not { } answers ? PaidBy.Nobody : answers.Kind == RemunerationKinds.InKind ? PaidBy.InKind : PaidBy.Money,
            Payment = content.Remuneration ?? new CampaignDraft().Payment,
            Audience = content.Audience,
            AudienceSource = content.AudienceSource,
            FollowUp = content.FollowUp,
            From = content.From,
            Subject = content.Subject,
            Preheader = content.Preheader ?? "",
            Body = content.Body,
            Format = begun ? content.Format : BodyFormat.Markdown,
            Text = content.Text ?? "",
            Language = content.Language,
            Variants = content.Variants,
            Files = content.Files,
            ContentSource = content.TemplateId is { } template ? new PinnedSource { Id = template, Version = content.TemplateVersion ?? 0 } : null,
            Start = content.PatientTime is not null ? StartWish.AtPatientTime : content.Schedule is not null ? StartWish.AtTime : StartWish.ByHand,
            StartAt = content.PatientTime ?? (content.Schedule is { } at ? TimeZoneInfo.ConvertTime(at, zone).DateTime : null),
            NotAfter = content.NotAfter,
            Rate = content.Rate,
            CountClicks = content.CountClicks,
        };
    }

    /// <summary>The content that this draft makes; complete only where <see cref="CheckDraft"/> finds nothing.</summary>
    internal CampaignContent ToContent(TimeZoneInfo zone) => new()
    {
        Name = Name,
        Purpose = PurposeAdvice.PurposeOf(this) ?? default,
        Remuneration = Paid is PaidBy.Money or PaidBy.InKind ? Payment with { Kind = Paid == PaidBy.Money ? RemunerationKinds.Financial : RemunerationKinds.InKind } : null,
        From = From.Trim(),
        Audience = Audience.Trim(),
        AudienceSource = AudienceSource,
        FollowUp = FollowUp,
        Subject = Subject.Trim(),
        Preheader = string.IsNullOrWhiteSpace(Preheader) ? null : Preheader.Trim(),
        Body = Body,
        Format = Format,
        BodyFile = Format switch { BodyFormat.Mjml => "body.mjml", BodyFormat.Html => "body.html", _ => "body.md" },
        Text = string.IsNullOrWhiteSpace(Text) ? null : Text,
        TextFile = string.IsNullOrWhiteSpace(Text) ? null : "body.txt",
        Language = Language,
        Variants = Variants,
        Files = Files,
        TemplateId = ContentSource?.Id,
        TemplateVersion = ContentSource?.Version,
        NotAfter = NotAfter,
        Rate = Rate,
        Schedule = Start switch
        {
            StartWish.AtTime when StartAt is { } at && !zone.IsInvalidTime(at) => new DateTimeOffset(at, zone.GetUtcOffset(at)).ToUniversalTime(),
            StartWish.AtPatientTime when StartAt is { } at => CampaignRules.StartOf(at),
            _ => null,
        },
        PatientTime = Start == StartWish.AtPatientTime ? StartAt : null,
        CountClicks = CountClicks,
    };

    private static string? Filled(string text) => string.IsNullOrWhiteSpace(text) ? null : text;

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
