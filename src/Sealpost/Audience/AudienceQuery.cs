namespace Sealpost.Audience;

/// <summary>A parsed audience query; text and JSON tree are two forms of it. Grammar and JSON shape: docs/audience-language.md.</summary>
public abstract record AudienceQuery
{
    private protected AudienceQuery()
    {
    }

    /// <summary>Parses the text form. Never throws for bad input.</summary>
    public static AudienceParse Parse(string text) => QueryParser.Parse(text);

    /// <summary>Reads the JSON tree form. Never throws for bad input; an error inside the tree names its JSON path and has column 0.</summary>
    public static AudienceParse FromJson(string json) => QueryJsonReader.Read(json);

    /// <summary>The canonical text; parses back to an equal query.</summary>
    public string ToText() => QueryText.Of(this);

    /// <summary>The JSON tree; reads back to an equal query.</summary>
    public string ToJson() => QueryJsonWriter.Write(this);

    /// <summary>Always <c>[query]</c>: a query names conditions and campaigns, so its text is printed only on purpose, with <see cref="ToText"/>.</summary>
    public sealed override string ToString() => "[query]";

    /// <summary>Codes the query names, for sensitive categories and unknown-code warnings: system, code or prefix, whether it is a prefix.</summary>
    public IReadOnlyList<(string System, string Code, bool IsPrefix)> Codes() =>
        [.. CodePatterns().Select(pattern => (pattern.System, pattern.Code, pattern.IsPrefix)).Distinct()];

    /// <summary>Kinds of data it looks at: <c>age</c>, <c>sex</c>, <c>language</c>, <c>place</c>, <c>condition</c>, <c>medication</c>, <c>lab</c>, <c>encounter</c>, <c>procedure</c>, <c>immunization</c>, <c>appointment</c>, <c>payer</c>, <c>authorization</c>, <c>campaign</c>.</summary>
    public IReadOnlySet<string> Kinds() => Leaves().Select(Kind).ToHashSet(StringComparer.Ordinal);

    /// <summary>Campaign names it refers to.</summary>
    public IReadOnlyList<string> Campaigns() => [.. Leaves().OfType<CampaignEvent>().Select(leaf => leaf.Campaign).Distinct()];

    /// <summary>Whether a patient is in the audience, decided on the open chart alone; the index gives the same answer.</summary>
    /// <param name="view">The patient.</param>
    /// <param name="scope">The as-of date and the campaigns that names stand for.</param>
    public bool Matches(PatientView view, QueryScope scope) => ReadView.Matches(this, view, scope);

    internal IEnumerable<AudienceQuery> Leaves() => this switch
    {
        AllOf all => all.Parts.SelectMany(part => part.Leaves()),
        AnyOf any => any.Parts.SelectMany(part => part.Leaves()),
        NoneOf none => none.Part.Leaves(),
        _ => [this],
    };

    internal IEnumerable<CodePattern> CodePatterns() => Leaves().SelectMany(leaf => leaf switch
    {
        CodedFact fact => fact.Patterns,
        LabIs lab => [lab.Code],
        LabKnown lab => [lab.Code],
        _ => Enumerable.Empty<CodePattern>(),
    });

    private static string Kind(AudienceQuery leaf) => leaf switch
    {
        AgeIs or AgeBetween => "age",
        SexIs => "sex",
        LanguageIs => "language",
        StateIn or ZipIn or NearZip => "place",
        CodedFact fact => QueryText.Keyword(fact.Kind),
        LabIs or LabKnown => "lab",
        EncounterWithin => "encounter",
        AppointmentWithin => "appointment",
        PayerIs => "payer",
        AuthorizationFor => "authorization",
        CampaignEvent => "campaign",
        _ => throw new InvalidOperationException("Unknown kind of query part."),
    };
}

/// <summary>Result of parsing: a query, or what is wrong and where.</summary>
/// <param name="Query">Null where there is an error.</param>
/// <param name="Error">What was found and what was expected.</param>
/// <param name="Column">Column of the error, from 1.</param>
public sealed record AudienceParse(AudienceQuery? Query, string? Error, int Column)
{
    /// <summary>Where each predicate stands in the text, in order: offset from 0 and length. Empty for the JSON form.</summary>
    internal IReadOnlyList<(int Start, int Length)> Spans { get; init; } = [];

    /// <summary>Always <c>[query]</c>.</summary>
    public override string ToString() => "[query]";
}

/// <summary>What a query is read against besides the patients.</summary>
/// <param name="AsOf">The day that counts as today; 1900-01-01 to 2079-06-05, others count as the nearest of these.</param>
/// <param name="Campaigns">Number of each campaign that the query names; a name that is absent matches nobody.</param>
public sealed record QueryScope(DateOnly AsOf, IReadOnlyDictionary<string, long> Campaigns)
{
    /// <summary>The day that counts as today.</summary>
    public DateOnly AsOf { get; init => field = FactDay.Nearest(value); } = FactDay.Nearest(AsOf);

    /// <summary>A scope for queries that name no campaign.</summary>
    public static QueryScope On(DateOnly asOf) => new(asOf, new Dictionary<string, long>());
}
