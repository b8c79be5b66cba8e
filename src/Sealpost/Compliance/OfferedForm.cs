using Sealpost.Consent.Forms;

namespace Sealpost.Compliance;

/// <summary>A form for patients to sign, as people and scripts write it (docs/authorization.md). What is missing in it is the consent slice's to refuse.</summary>
internal sealed class OfferedForm
{
    public string? Name { get; set; }

    public List<string> Purposes { get; set; } = [];

    public List<string> Categories { get; set; } = [];

    public List<string> Disclosers { get; set; } = [];

    public List<string> Recipients { get; set; } = [];

    public int ValidForMonths { get; set; }

    public string? Payer { get; set; }

    public OfferedWords? En { get; set; }

    public OfferedWords? Es { get; set; }

    /// <summary>As the store takes it.</summary>
    /// <exception cref="RefusedException">A purpose cannot be read.</exception>
    public AuthorizationForm ToForm() => new()
    {
        Name = Name ?? "",
        Purposes = SignedForm.ReadPurposes(Purposes),
        Categories = Categories,
        Disclosers = Disclosers,
        Recipients = Recipients,
        ValidForMonths = ValidForMonths,
        Payer = string.IsNullOrWhiteSpace(Payer) ? null : Payer.Trim(),
        Words = [.. new[] { ("en", En), ("es", Es) }.Where(pair => pair.Item2 is not null).Select(pair => new FormWords
        {
            Language = pair.Item1,
            Title = pair.Item2!.Title ?? "",
            Information = pair.Item2.Information ?? "",
            Purpose = pair.Item2.Purpose ?? "",
        })],
    };
}

/// <summary>Its words in one language.</summary>
internal sealed class OfferedWords
{
    public string? Title { get; set; }

    public string? Information { get; set; }

    public string? Purpose { get; set; }
}
