using System.Globalization;

namespace Sealpost.Audience;

/// <summary>Writes queries in their canonical text.</summary>
internal static class QueryText
{
    public static string Of(AudienceQuery query) => query switch
    {
        AllOf all => string.Join(" and ", all.Parts.Select(part => part is AllOf or AnyOf ? $"({Of(part)})" : Of(part))),
        AnyOf any => string.Join(" or ", any.Parts.Select(part => part is AnyOf ? $"({Of(part)})" : Of(part))),
        NoneOf none => none.Part is AllOf or AnyOf ? $"not ({Of(none.Part)})" : "not " + Of(none.Part),
        AgeIs age => $"age {Symbol(age.Is)} {Number(age.Years)}",
        AgeBetween age => $"age between {Number(age.From)} and {Number(age.To)}",
        SexIs sex => "sex = " + sex.Sex,
        LanguageIs language => "language = " + language.Tag,
        StateIn state => $"state in ({string.Join(", ", state.States.Select(name => Word(name, char.IsAsciiLetter, '"')))})",
        ZipIn zip => $"zip in ({string.Join(", ", zip.Zips)})",
        NearZip near => $"within {Number(near.Distance)} {(near.InMiles ? "miles" : "km")} of {near.Zip}",
        CodedFact fact => $"{(fact.Ever ? "ever " : "")}{Keyword(fact.Kind)} in ({string.Join(", ", fact.Patterns)}){Within(fact.Within)}",
        LabIs lab => $"lab {lab.Code} {Symbol(lab.Is)} {Number(lab.Value)}{(lab.Unit is { } unit ? " " + Quoted(unit, '\'') : "")}{Within(lab.Within)}",
        LabKnown lab => $"lab {lab.Code} {(lab.Present ? "present" : "missing")}{Within(lab.Within)}",
        EncounterWithin encounter => "encounter" + Within(encounter.Within),
        AppointmentWithin appointment => $"appointment within next {Number(appointment.Days)} days",
        PayerIs payer => "payer = " + Quoted(payer.Name, '"'),
        AuthorizationFor authorization => "authorization " + authorization.Purpose,
        CampaignEvent campaign => $"campaign {Word(campaign.Campaign, IsNameCharacter, '"')} {Keyword(campaign.Kind)}{Within(campaign.Within)}",
        _ => throw new InvalidOperationException("Unknown kind of query part."),
    };

    public static bool IsSystemCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    public static bool IsCodeCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/';

    public static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';

    public static string Keyword(CodedKind kind) => kind.ToString().ToLowerInvariant();

    public static string Keyword(EngagementKind kind) => kind == EngagementKind.PickedUp ? "picked up" : kind.ToString().ToLowerInvariant();

    public static string Symbol(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };

    public static string Word(string text, Func<char, bool> isPlain, char quote) => text.Length > 0 && text.All(isPlain) ? text : Quoted(text, quote);

    public static string Quoted(string text, char quote) =>
        quote + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(quote.ToString(), "\\" + quote, StringComparison.Ordinal) + quote;

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Within(Window? window) => window is null ? "" : " within " + window;
}
