using System.Globalization;

namespace Sealpost.Audience;

/// <summary>What a rule asks about, as a picker offers it.</summary>
internal enum RuleKind
{
    Age,
    Sex,
    Language,
    State,
    Zip,
    Near,
    Condition,
    Medication,
    Lab,
    Procedure,
    Immunization,
    Encounter,
    Appointment,
    Payer,
    Authorization,
    Campaign,
}

/// <summary>How a result is asked about.</summary>
internal enum LabQuestion
{
    Compared,
    Present,
    Missing,
}

/// <summary>One rule as a form edits it, field by field; not every form is a rule yet.</summary>
internal sealed record RuleForm(RuleKind Kind)
{
    /// <summary>Comparison sign, or <c>between</c> for ages.</summary>
    public string Compare { get; init; } = ">=";

    /// <summary>Years, distance, result, or days ahead.</summary>
    public double? Number { get; init; }

    /// <summary>Upper age of <c>between</c>.</summary>
    public double? UpTo { get; init; }

    /// <summary>Sex, language tag, payer, purpose, campaign, or centre ZIP.</summary>
    public string Word { get; init; } = "";

    /// <summary>Codes, states or ZIPs, as a query writes them.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>Past conditions and medications too.</summary>
    public bool Ever { get; init; }

    public LabQuestion Lab { get; init; }

    /// <summary>UCUM unit; empty for none.</summary>
    public string Unit { get; init; } = "";

    public EngagementKind Event { get; init; }

    public bool InKilometres { get; init; }

    /// <summary>Look-back; null for none.</summary>
    public int? WithinCount { get; init; }

    public WindowUnit WithinUnit { get; init; } = WindowUnit.Months;

    /// <summary>Always <c>[query]</c>.</summary>
    public override string ToString() => "[query]";

    /// <summary>The form of a rule.</summary>
    public static RuleForm Of(AudienceQuery rule) => rule switch
    {
        AgeIs age => new RuleForm(RuleKind.Age) { Compare = QueryText.Symbol(age.Is), Number = age.Years },
        AgeBetween age => new RuleForm(RuleKind.Age) { Compare = "between", Number = age.From, UpTo = age.To },
        SexIs sex => new RuleForm(RuleKind.Sex) { Word = sex.Sex },
        LanguageIs language => new RuleForm(RuleKind.Language) { Word = language.Tag },
        StateIn state => new RuleForm(RuleKind.State) { Items = [.. state.States] },
        ZipIn zip => new RuleForm(RuleKind.Zip) { Items = [.. zip.Zips.Select(pattern => pattern.ToString())] },
        NearZip near => new RuleForm(RuleKind.Near) { Number = near.Distance, InKilometres = !near.InMiles, Word = near.Zip },
        CodedFact fact => new RuleForm(KindOf(fact.Kind)) { Ever = fact.Ever, Items = [.. fact.Patterns.Select(pattern => pattern.ToString())] }.Within(fact.Within),
        LabIs lab => new RuleForm(RuleKind.Lab) { Items = [lab.Code.ToString()], Compare = QueryText.Symbol(lab.Is), Number = lab.Value, Unit = lab.Unit ?? "" }.Within(lab.Within),
        LabKnown lab => new RuleForm(RuleKind.Lab) { Items = [lab.Code.ToString()], Lab = lab.Present ? LabQuestion.Present : LabQuestion.Missing }.Within(lab.Within),
        EncounterWithin encounter => new RuleForm(RuleKind.Encounter).Within(encounter.Within),
        AppointmentWithin appointment => new RuleForm(RuleKind.Appointment) { Number = appointment.Days },
        PayerIs payer => new RuleForm(RuleKind.Payer) { Word = payer.Name },
        AuthorizationFor authorization => new RuleForm(RuleKind.Authorization) { Word = authorization.Purpose },
        CampaignEvent campaign => new RuleForm(RuleKind.Campaign) { Word = campaign.Campaign, Event = campaign.Kind }.Within(campaign.Within),
        _ => throw new ArgumentException("A group is no rule.", nameof(rule)),
    };

    /// <summary>The rule, or what is missing. Exactly what the text of the same words means, since that is what is parsed.</summary>
    public AudienceParse ToQuery()
    {
        if (Missing() is { } missing)
            return new AudienceParse(null, missing, 1);
        var parsed = AudienceQuery.Parse(ToText());
        return parsed.Query is null or AllOf or AnyOf or NoneOf ? parsed with { Query = null, Error = parsed.Error ?? "This is more than one rule." } : parsed;
    }

    private string? Missing() => Kind switch
    {
        RuleKind.Age or RuleKind.Near or RuleKind.Appointment when Number is null => "Enter a number.",
        RuleKind.Age when Compare == "between" && UpTo is null => "Enter the upper age.",
        RuleKind.Near when Word.Length == 0 => "Enter the ZIP in the middle.",
        RuleKind.Lab when Items.Count == 0 => "Choose a lab test.",
        RuleKind.Lab when Lab == LabQuestion.Compared && Number is null => "Enter the result to compare with.",
        RuleKind.Condition or RuleKind.Medication or RuleKind.Procedure or RuleKind.Immunization when Items.Count == 0 => "Choose at least one code.",
        RuleKind.State or RuleKind.Zip when Items.Count == 0 => "Choose at least one place.",
        RuleKind.Encounter when WithinCount is null => "Say how far to look back.",
        RuleKind.Sex or RuleKind.Language or RuleKind.Payer or RuleKind.Authorization or RuleKind.Campaign when Word.Length == 0 => "Choose one.",
        _ => null,
    };

    private string ToText() => Kind switch
    {
        RuleKind.Age when Compare == "between" => $"age between {Text(Number)} and {Text(UpTo)}",
        RuleKind.Age => $"age {Compare} {Text(Number)}",
        RuleKind.Sex => "sex = " + Word,
        RuleKind.Language => "language = " + Word,
        RuleKind.State => $"state in ({string.Join(", ", Items.Select(name => QueryText.Word(name, char.IsAsciiLetter, '"')))})",
        RuleKind.Zip => $"zip in ({string.Join(", ", Items)})",
        RuleKind.Near => $"within {Text(Number)} {(InKilometres ? "km" : "miles")} of {Word}",
        RuleKind.Lab => $"lab {Items[0]}{LabText()}{WithinText()}",
        RuleKind.Encounter => "encounter" + WithinText(),
        RuleKind.Appointment => $"appointment within next {Text(Number)} days",
        RuleKind.Payer => "payer = " + QueryText.Quoted(Word, '"'),
        RuleKind.Authorization => "authorization " + Word,
        RuleKind.Campaign => $"campaign {QueryText.Word(Word, QueryText.IsNameCharacter, '"')} {QueryText.Keyword(Event)}{WithinText()}",
        _ => $"{(Ever && Kind is RuleKind.Condition or RuleKind.Medication && Ever ? "ever " : "")}{Kind.ToString().ToLowerInvariant()} in ({string.Join(", ", Items)}){WithinText()}",
    };

    private string LabText() => Lab switch
    {
        LabQuestion.Present => " present",
        LabQuestion.Missing => " missing",
        _ => $" {Compare} {Text(Number)}{(Unit.Length == 0 ? "" : " " + QueryText.Quoted(Unit, '\''))}",
    };

    private string WithinText() => WithinCount is { } count ? string.Create(CultureInfo.InvariantCulture, $" within {count} {WithinUnit.ToString().ToLowerInvariant()}") : "";

    private RuleForm Within(Window? window) => window is null ? this : this with { WithinCount = window.Count, WithinUnit = window.Unit };

    private static string Text(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static RuleKind KindOf(CodedKind kind) => kind switch
    {
        CodedKind.Condition => RuleKind.Condition,
        CodedKind.Medication => RuleKind.Medication,
        CodedKind.Procedure => RuleKind.Procedure,
        _ => RuleKind.Immunization,
    };
}
