namespace Sealpost.Audience;

/// <summary>How a number is compared.</summary>
internal enum Comparison
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A place for coded facts that a query can name.</summary>
internal enum CodedKind
{
    Condition,
    Medication,
    Procedure,
    Immunization,
}

internal sealed record AllOf(ValueList<AudienceQuery> Parts) : AudienceQuery;

internal sealed record AnyOf(ValueList<AudienceQuery> Parts) : AudienceQuery;

internal sealed record NoneOf(AudienceQuery Part) : AudienceQuery;

internal sealed record AgeIs(Comparison Is, int Years) : AudienceQuery;

internal sealed record AgeBetween(int From, int To) : AudienceQuery;

internal sealed record SexIs(string Sex) : AudienceQuery;

internal sealed record LanguageIs(string Tag) : AudienceQuery;

/// <param name="States">Upper-case.</param>
internal sealed record StateIn(ValueList<string> States) : AudienceQuery;

internal sealed record ZipIn(ValueList<ZipPattern> Zips) : AudienceQuery;

/// <param name="Distance">In miles or kilometres.</param>
/// <param name="InMiles">Unit of <paramref name="Distance"/>.</param>
/// <param name="Zip">Five digits.</param>
internal sealed record NearZip(double Distance, bool InMiles, string Zip) : AudienceQuery;

/// <param name="Kind">Which facts.</param>
/// <param name="Ever">Past ones too; meaningful for conditions and medications only, false otherwise.</param>
/// <param name="Patterns">Any of these.</param>
/// <param name="Within">Window on the fact's date.</param>
internal sealed record CodedFact(CodedKind Kind, bool Ever, ValueList<CodePattern> Patterns, Window? Within) : AudienceQuery;

internal sealed record LabIs(CodePattern Code, Comparison Is, double Value, string? Unit, Window? Within) : AudienceQuery;

internal sealed record LabKnown(CodePattern Code, bool Present, Window? Within) : AudienceQuery;

internal sealed record EncounterWithin(Window Within) : AudienceQuery;

internal sealed record AppointmentWithin(int Days) : AudienceQuery;

internal sealed record PayerIs(string Name) : AudienceQuery;

/// <param name="Purpose">Upper-case.</param>
internal sealed record AuthorizationFor(string Purpose) : AudienceQuery;

internal sealed record CampaignEvent(string Campaign, EngagementKind Kind, Window? Within) : AudienceQuery;

/// <summary>A ZIP, or the beginning of some.</summary>
/// <param name="Digits">Five digits, or one to five of a prefix.</param>
/// <param name="IsPrefix">Written with a star.</param>
internal readonly record struct ZipPattern(string Digits, bool IsPrefix)
{
    public bool Matches(string zip) => IsPrefix ? zip.StartsWith(Digits, StringComparison.Ordinal) : zip == Digits;

    public override string ToString() => IsPrefix ? Digits + "*" : Digits;
}
