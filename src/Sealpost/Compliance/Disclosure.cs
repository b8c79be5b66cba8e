using System.Globalization;
using MemoryPack;

namespace Sealpost.Compliance;

/// <summary>A disclosure that a patient may ask an account of, in the elements of 45 CFR 164.528(b)(2). A series to one recipient for one purpose is one record, (b)(3).</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
internal sealed partial record Disclosure
{
    /// <summary>Number within the organisation.</summary>
    [MemoryPackOrder(0)]
    public long Id { get; init; }

    /// <summary>Day; of a series, the first. (b)(2)(i).</summary>
    [MemoryPackOrder(1)]
    public DateOnly On { get; init; }

    /// <summary>Day of the last one of a series; null for a single one. (b)(3)(iii).</summary>
    [MemoryPackOrder(2)]
    public DateOnly? Until { get; init; }

    /// <summary>How many, or how often; null for a single one. (b)(3)(ii).</summary>
    [MemoryPackOrder(3)]
    public string? Frequency { get; init; }

    /// <summary>Name of who received it. (b)(2)(ii).</summary>
    [MemoryPackOrder(4)]
    public string Recipient { get; init; } = "";

    /// <summary>The recipient's address, where known.</summary>
    [MemoryPackOrder(5)]
    public string? Address { get; init; }

    /// <summary>Brief description of the information. (b)(2)(iii).</summary>
    [MemoryPackOrder(6)]
    public string Description { get; init; } = "";

    /// <summary>Brief statement of the purpose, or why it happened. (b)(2)(iv).</summary>
    [MemoryPackOrder(7)]
    public string Purpose { get; init; } = "";

    /// <summary>UTC instant it was recorded.</summary>
    [MemoryPackIgnore]
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A disclosure as people and scripts write it.</summary>
internal sealed class DisclosureDraft
{
    public string? On { get; set; }

    public string? Until { get; set; }

    public string? Frequency { get; set; }

    public string? Recipient { get; set; }

    public string? Address { get; set; }

    public string? Description { get; set; }

    public string? Purpose { get; set; }

    /// <summary>Complete, as the register takes it.</summary>
    /// <exception cref="RefusedException">An element of 164.528(b)(2) is missing; all of them are named.</exception>
    public Disclosure ToDisclosure(DateOnly today)
    {
        var on = SignedForm.ReadDate(On, "on");
        var until = SignedForm.ReadDate(Until, "until");
        List<string> missing = [];
        if (on is null)
            missing.Add("the date (45 CFR 164.528(b)(2)(i))");
        if (string.IsNullOrWhiteSpace(Recipient))
            missing.Add("who received it (164.528(b)(2)(ii))");
        if (string.IsNullOrWhiteSpace(Description))
            missing.Add("what was disclosed (164.528(b)(2)(iii))");
        if (string.IsNullOrWhiteSpace(Purpose))
            missing.Add("for what purpose, or why it happened (164.528(b)(2)(iv))");
        if (until is not null && string.IsNullOrWhiteSpace(Frequency))
            missing.Add("how often or how many times in the series (164.528(b)(3)(ii))");
        if (missing.Count > 0)
            throw new RefusedException($"The disclosure lacks: {string.Join("; ", missing)}.");
        if (on > today || until > today)
            throw new RefusedException("A disclosure cannot lie in the future. Check the dates.");
        if (until < on)
            throw new RefusedException("The last day of the series is before its first. Swap them.");
        return new Disclosure
        {
            On = on!.Value,
            Until = until,
            Frequency = Trim(Frequency),
            Recipient = Recipient!.Trim(),
            Address = Trim(Address),
            Description = Description!.Trim(),
            Purpose = Purpose!.Trim(),
        };
    }

    private static string? Trim(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>What a patient is told who asks to whom information was disclosed.</summary>
/// <param name="Patient">Id under which people know the patient.</param>
/// <param name="From">First day covered: six years back. 164.528(a)(1).</param>
/// <param name="Until">Last day covered.</param>
internal sealed record DisclosureAccounting(string Patient, DateOnly From, DateOnly Until)
{
    /// <summary>Disclosures that must be accounted for, oldest first.</summary>
    public required IReadOnlyList<Disclosure> Disclosures { get; init; }

    /// <summary>Messages to the patient, newest first. Not part of the accounting: 164.528(a)(1)(ii) leaves out what went to the individual.</summary>
    public required IReadOnlyList<PatientMessage> Messages { get; init; }

    /// <summary>UTC instant of the accounting before this one; null where it is the first. The first in twelve months is free. 164.528(c)(2).</summary>
    public DateTimeOffset? GivenBefore { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>One campaign's message to the patient.</summary>
/// <param name="Campaign">Number of the campaign.</param>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="At">UTC instant of the last change.</param>
/// <param name="Tier">Tier of the connection; null where there was none.</param>
internal sealed record PatientMessage(long Campaign, string Name, Delivery.Outcome Outcome, DateTimeOffset At, Delivery.Tier? Tier)
{
    /// <summary>Its campaign only.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"message of campaign {Campaign}");
}
