using MemoryPack;

namespace Sealpost.Consent.Forms;

/// <summary>A form that patients may sign on a page of ours. The statements that the law asks of every form are ours and cannot be left out; these parts are the organisation's.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record AuthorizationForm
{
    /// <summary>Number within the organisation.</summary>
    [MemoryPackOrder(0)]
    public long Id { get; init; }

    /// <summary>Name for staff.</summary>
    [MemoryPackOrder(1)]
    public string Name { get; init; } = "";

    /// <summary>Purposes it authorizes. 45 CFR 164.508(c)(1)(iv).</summary>
    [MemoryPackOrder(2)]
    public IReadOnlyList<Purpose> Purposes { get; init; } = [];

    /// <summary>Sensitive categories that its text expressly names.</summary>
    [MemoryPackOrder(3)]
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Who may use or disclose. (c)(1)(ii).</summary>
    [MemoryPackOrder(4)]
    public IReadOnlyList<string> Disclosers { get; init; } = [];

    /// <summary>To whom. (c)(1)(iii).</summary>
    [MemoryPackOrder(5)]
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>Months from the day of signature on which it expires; 1 to 60. (c)(1)(v).</summary>
    [MemoryPackOrder(6)]
    public int ValidForMonths { get; init; }

    /// <summary>Who pays the organisation for the messages; null where nobody does. (a)(3)(ii).</summary>
    [MemoryPackOrder(7)]
    public string? Payer { get; init; }

    /// <summary>Texts by language, <c>en</c> and <c>es</c>.</summary>
    [MemoryPackOrder(8)]
    public IReadOnlyList<FormWords> Words { get; init; } = [];

    /// <summary>UTC instant from which it is offered no more.</summary>
    [MemoryPackIgnore]
    public DateTimeOffset? WithdrawnAt { get; init; }

    /// <summary>The text in a language, else in the first one.</summary>
    internal FormWords In(string language) => Words.FirstOrDefault(words => words.Language == language) ?? Words[0];
}

/// <summary>The organisation's words of a form in one language.</summary>
[MemoryPackable(GenerateType.VersionTolerant)]
public sealed partial record FormWords
{
    /// <summary><c>en</c> or <c>es</c>.</summary>
    [MemoryPackOrder(0)]
    public string Language { get; init; } = "";

    /// <summary>What the reader is asked to allow, as a title.</summary>
    [MemoryPackOrder(1)]
    public string Title { get; init; } = "";

    /// <summary>The information, specific and meaningful. (c)(1)(i).</summary>
    [MemoryPackOrder(2)]
    public string Information { get; init; } = "";

    /// <summary>What it will be used for. (c)(1)(iv).</summary>
    [MemoryPackOrder(3)]
    public string Purpose { get; init; } = "";
}
