using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MemoryPack;
using Sealpost.Campaigns.Attachments;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;

namespace Sealpost.Campaigns;

/// <summary>One version of a campaign as its author wrote it. Stored sealed whole: query and name can betray a condition.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record CampaignContent
{
    /// <summary>Name, unique in the organisation: letters, digits, <c>-</c>, <c>_</c>, <c>.</c>, at most 80.</summary>
    [MemoryPackOrder(0)]
    public string Name { get; init; } = "";

    /// <summary>Declared purpose.</summary>
    [MemoryPackOrder(1)]
    public Purpose Purpose { get; init; }

    /// <summary>Who pays for it; null for nobody.</summary>
    [MemoryPackOrder(2)]
    public PaymentAnswers? Remuneration { get; init; }

    /// <summary>Display name and address.</summary>
    [MemoryPackOrder(3)]
    public string From { get; init; } = "";

    /// <summary>Audience query, text form.</summary>
    [MemoryPackOrder(4)]
    public string Audience { get; init; } = "";

    /// <summary>Subject line.</summary>
    [MemoryPackOrder(5)]
    public string Subject { get; init; } = "";

    /// <summary>Preview line.</summary>
    [MemoryPackOrder(6)]
    public string? Preheader { get; init; }

    /// <summary>Body as authored.</summary>
    [MemoryPackOrder(7)]
    public string Body { get; init; } = "";

    /// <summary>How the body is written.</summary>
    [MemoryPackOrder(8)]
    public BodyFormat Format { get; init; }

    /// <summary>File the body came from, for messages about it.</summary>
    [MemoryPackOrder(9)]
    public string BodyFile { get; init; } = "";

    /// <summary>Text part; null makes it from the body.</summary>
    [MemoryPackOrder(10)]
    public string? Text { get; init; }

    /// <summary>File the text part came from.</summary>
    [MemoryPackOrder(11)]
    public string? TextFile { get; init; }

    /// <summary>Last day on which a message may leave, in the organisation's time zone.</summary>
    [MemoryPackOrder(12)]
    public DateOnly? NotAfter { get; init; }

    /// <summary>Messages a second at most; null is as fast as the receivers take them.</summary>
    [MemoryPackOrder(13)]
    public int? Rate { get; init; }

    /// <summary>UTC instant at which it shall start once approved.</summary>
    [MemoryPackOrder(14)]
    public DateTimeOffset? Schedule { get; init; }

    /// <summary>BCP 47 tag of the language of the parts above, which patients get whose language has no variant; null where the author does not say (English).</summary>
    [MemoryPackOrder(15)]
    public string? Language { get; init; }

    /// <summary>The same message in other languages.</summary>
    [MemoryPackOrder(16)]
    public IReadOnlyList<MessageVariant> Variants { get; init; } = [];

    /// <summary>Number of the library's template that the message was taken from; null where it was written for the campaign.</summary>
    [MemoryPackOrder(17)]
    public long? TemplateId { get; init; }

    /// <summary>Version of that template.</summary>
    [MemoryPackOrder(18)]
    public int? TemplateVersion { get; init; }

    /// <summary>Wall-clock time at which each patient's message may leave first, in the patient's own time zone; null for all at once.</summary>
    [MemoryPackOrder(20)]
    public DateTime? PatientTime { get; init; }

    /// <summary>Count who follows a link to the organisation's own pages. Off unless the organisation allows it too.</summary>
    [MemoryPackOrder(21)]
    public bool CountClicks { get; init; }

    /// <summary>Only patients for whom an earlier campaign ended so; null for the whole audience.</summary>
    [MemoryPackOrder(22)]
    public FollowUp? FollowUp { get; init; }

    /// <summary>Where the audience was taken from, for people; the query counts.</summary>
    [MemoryPackOrder(23)]
    public PinnedSource? AudienceSource { get; init; }

    /// <summary>Files that patients fetch from the opened message. A campaign with files is never mailed: every patient reads it on our page.</summary>
    [MemoryPackOrder(24)]
    public IReadOnlyList<Attachment> Files { get; init; } = [];

    /// <summary>The message of a pinned template in place of the one there is.</summary>
    public CampaignContent With(PinnedTemplate template)
    {
        var message = template.Message;
        return this with
        {
            Subject = message.Fallback.Subject,
            Preheader = message.Fallback.Preheader,
            Body = message.Fallback.Body,
            Format = message.Format,
            BodyFile = "body",
            Text = message.Fallback.Text,
            TextFile = null,
            Language = message.Variants.Count == 0 && message.Fallback.Language == Languages.Default ? null : message.Fallback.Language,
            Variants = message.Variants,
            TemplateId = template.Id,
            TemplateVersion = template.Version,
        };
    }

    /// <summary>The message's texts, for the editor and the lens.</summary>
    internal MessageDraft ToDraft() => new()
    {
        Format = Format,
        Fallback = new MessageVariant { Language = Language ?? Languages.Default, Subject = Subject, Preheader = Preheader, Body = Body, Text = Text, BodyFile = BodyFile, TextFile = TextFile },
        Variants = Variants,
    };

    /// <summary>The template in each language, the fallback first, for the compiler.</summary>
    internal IReadOnlyList<TemplateSource> ToTemplateSources() =>
    [
        new(From, Subject, Preheader, Body, Format, Text, BodyFile, TextFile, Language ?? (Variants.Count > 0 ? Languages.Default : null)),
        .. Variants.Select(variant => variant.ToSource(From, Format, variant.Language)),
    ];

    /// <summary>SHA-256, hex, over everything an approver answers for; the compiled template's hash stands for the message.</summary>
    internal string ApprovalHash(string templateHash) => ApprovalHash(templateHash, withStart: true);

    /// <summary>Whether an approval signed this content. Those of before named neither start nor rate, as they started nothing by themselves; they hold.</summary>
    internal bool IsSignedBy(string? approved, string templateHash) =>
        approved is not null && (approved == ApprovalHash(templateHash) || approved == ApprovalHash(templateHash, withStart: false));

    private string ApprovalHash(string templateHash, bool withStart)
    {
        var text = new StringBuilder();
        string[] parts =
        [
            withStart ? "sealpost-approval-2" : "sealpost-approval-1", Name, PurposeNames.Of(Purpose), Remuneration?.ToCanonicalText() ?? "none",
            Audience, From, Subject, Preheader ?? "", Body, Format.ToString(), Text ?? "", NotAfter?.ToString("O", CultureInfo.InvariantCulture) ?? "", templateHash,
            .. Language is null ? Array.Empty<string>() : ["language", Language],
            .. Variants.SelectMany(variant => new[] { "variant", variant.Language, variant.Subject, variant.Preheader ?? "", variant.Body, variant.Text ?? "" }),
            .. Files.SelectMany(file => new[] { "file", file.Name, AttachmentTypes.MediaType(file.Type), file.Sha256 }),
            .. withStart ? StartParts() : [],
        ];
        foreach (var part in parts)
            text.Append(part.Length).Append(':').Append(part).Append('\n');
        if (CountClicks)
            text.Append("clicks\n");
        if (FollowUp is not null)
            text.Append(FollowUp.ToCanonicalText()).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private string[] StartParts() =>
    [
        "start", Schedule?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "", PatientTime?.ToString("O", CultureInfo.InvariantCulture) ?? "",
        "rate", Rate?.ToString(CultureInfo.InvariantCulture) ?? "",
    ];

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Answers to the payment questions. 45 CFR 164.501 "marketing" (3).</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record PaymentAnswers
{
    /// <summary>Who pays.</summary>
    [MemoryPackOrder(0)]
    public string Payer { get; init; } = "";

    /// <summary><c>financial</c> or <c>in-kind</c>.</summary>
    [MemoryPackOrder(1)]
    public string Kind { get; init; } = "";

    /// <summary><c>covered-entity</c> or <c>business-associate</c>.</summary>
    [MemoryPackOrder(2)]
    public string ReceivedBy { get; init; } = "";

    /// <summary>US dollars.</summary>
    [MemoryPackOrder(3)]
    public decimal Amount { get; init; }

    /// <summary>Reasonable cost of the communication, US dollars, from the cost worksheet.</summary>
    [MemoryPackOrder(4)]
    public decimal? DocumentedCost { get; init; }

    /// <summary>The payer owns the described product or service, or pays on its owner's behalf.</summary>
    [MemoryPackOrder(5)]
    public bool PayerOwnsProduct { get; init; }

    internal Remuneration ToRemuneration() => new(Payer, Kind, ReceivedBy, Amount, DocumentedCost, PayerOwnsProduct);

    internal string ToCanonicalText() =>
        string.Create(CultureInfo.InvariantCulture, $"{Payer}|{Kind}|{ReceivedBy}|{Amount}|{DocumentedCost}|{PayerOwnsProduct}");
}

/// <summary>A campaign for some of those whom an earlier one did not reach.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record FollowUp
{
    /// <summary>Number of the earlier campaign.</summary>
    [MemoryPackOrder(0)]
    public long Campaign { get; init; }

    /// <summary>Outcomes there (<see cref="Delivery.Outcome"/>); the withheld are chosen by reason instead.</summary>
    [MemoryPackOrder(1)]
    public IReadOnlyList<int> Outcomes { get; init; } = [];

    /// <summary>Reasons there (<see cref="WithholdReason"/>) for which it was withheld.</summary>
    [MemoryPackOrder(2)]
    public IReadOnlyList<int> Reasons { get; init; } = [];

    internal string ToCanonicalText() =>
        string.Create(CultureInfo.InvariantCulture, $"follow-up {Campaign} {string.Join(',', Outcomes.Order())} {string.Join(',', Reasons.Order())}");
}

/// <summary>A saved audience or a template of the library, in the version that was taken.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record PinnedSource
{
    /// <summary>Its number.</summary>
    [MemoryPackOrder(0)]
    public long Id { get; init; }

    /// <summary>Its name then.</summary>
    [MemoryPackOrder(1)]
    public string Name { get; init; } = "";

    /// <summary>Its version.</summary>
    [MemoryPackOrder(2)]
    public int Version { get; init; }

    /// <summary>Always <c>[phi]</c>: the name of an audience tells of a condition.</summary>
    public override string ToString() => "[phi]";
}
