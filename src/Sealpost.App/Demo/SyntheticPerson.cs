namespace Sealpost.App.Demo;

/// <summary>An email address as the synthetic source has it.</summary>
internal sealed record SyntheticEmail(string Value, string Use, int? Rank, DateOnly? EndedOn);

/// <summary>A condition of one person.</summary>
internal sealed record SyntheticProblem(SyntheticCondition Condition, DateOnly Since, IReadOnlyList<SyntheticCode> Drugs);

/// <summary>A made-up person; the same number, seed and day give the same person in every run and for every count.</summary>
internal sealed record SyntheticPerson
{
    /// <summary>Number, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Logical id, such as <c>demo-000017</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Given names.</summary>
    public required string Given { get; init; }

    /// <summary>Middle initial with its dot; null for half of them.</summary>
    public string? Middle { get; init; }

    /// <summary>Family name.</summary>
    public required string Family { get; init; }

    /// <summary><c>female</c> or <c>male</c>.</summary>
    public required string Sex { get; init; }

    /// <summary>Birth date.</summary>
    public required DateOnly Born { get; init; }

    /// <summary><c>en</c> or <c>es</c>.</summary>
    public required string Language { get; init; }

    /// <summary>Home.</summary>
    public required SyntheticPlace Place { get; init; }

    /// <summary>Street and number.</summary>
    public required string Street { get; init; }

    /// <summary>Telephone, of the numbers kept for fiction.</summary>
    public required string Phone { get; init; }

    /// <summary>Email addresses.</summary>
    public IReadOnlyList<SyntheticEmail> Emails { get; init; } = [];

    /// <summary>Day of death.</summary>
    public DateOnly? DiedOn { get; init; }

    /// <summary>Came through the website's form: nobody has verified the address.</summary>
    public bool SignedUpOnline { get; init; }

    /// <summary>Conditions.</summary>
    public IReadOnlyList<SyntheticProblem> Problems { get; init; } = [];

    /// <summary>Whole years on a day.</summary>
    public int AgeOn(DateOnly day) => day.Year - Born.Year - (Born.AddYears(day.Year - Born.Year) > day ? 1 : 0);
}
