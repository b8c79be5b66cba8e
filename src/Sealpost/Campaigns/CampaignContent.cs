using System.Security.Cryptography;
using System.Text;
using MemoryPack;
using Sealpost.Consent;
using Sealpost.Content;

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

    /// <summary>The template part, for the compiler.</summary>
    internal TemplateSource ToTemplateSource() => new(From, Subject, Preheader, Body, Format, Text, BodyFile, TextFile);

    /// <summary>SHA-256, hex, over everything an approver answers for; the compiled template's hash stands for the message.</summary>
    internal string ApprovalHash(string templateHash)
    {
        var text = new StringBuilder();
        foreach (var part in new[]
        {
            "sealpost-approval-1", Name, PurposeNames.Of(Purpose), Remuneration?.ToCanonicalText() ?? "none",
            Audience, From, Subject, Preheader ?? "", Body, Format.ToString(), Text ?? "", NotAfter?.ToString("O", System.Globalization.CultureInfo.InvariantCulture) ?? "", templateHash,
        })
            text.Append(part.Length).Append(':').Append(part).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

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
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Payer}|{Kind}|{ReceivedBy}|{Amount}|{DocumentedCost}|{PayerOwnsProduct}");
}
