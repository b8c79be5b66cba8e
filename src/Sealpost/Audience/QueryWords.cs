using System.Globalization;
using Sealpost.Patients;

namespace Sealpost.Audience;

/// <summary>A piece of a query in words.</summary>
/// <param name="Text">The words.</param>
/// <param name="IsCode">A code: small print for those who want to be sure which is meant.</param>
public readonly record struct WordPiece(string Text, bool IsCode);

/// <summary>Says a query in plain words, for people who do not read codes. The text form stays the truth.</summary>
/// <param name="title">The words for a code as a query writes it; null where none are known.</param>
internal sealed class QueryWords(Func<string, string?> title)
{
    /// <summary>Stands on both sides of a code while the sentence is made.</summary>
    private const char Mark = '\u001f';

    /// <summary>One sentence, without a full stop.</summary>
    public string Of(AudienceQuery query) => Plain(Say(query));

    /// <summary>A rule, without what is around it.</summary>
    public string Rule(AudienceQuery rule) => Plain(SayRule(rule));

    /// <summary>As <see cref="Of"/>, beginning with a capital letter and ending with a full stop, with its codes apart.</summary>
    public IReadOnlyList<WordPiece> Pieces(AudienceQuery query)
    {
        var pieces = Say(query).Split(Mark).Select((text, at) => new WordPiece(text, at % 2 == 1)).Where(piece => piece.Text.Length > 0).ToList();
        pieces[0] = pieces[0] with { Text = char.ToUpperInvariant(pieces[0].Text[0]) + pieces[0].Text[1..] };
        return [.. pieces, new WordPiece(".", false)];
    }

    private static string Plain(string words) => words.Replace(Mark.ToString(), "", StringComparison.Ordinal);

    private string Say(AudienceQuery query) => query switch
    {
        AllOf all => string.Join(", and ", all.Parts.Select(Nested)),
        AnyOf any => string.Join(", or ", any.Parts.Select(Nested)),
        NoneOf { Part: AllOf or AnyOf } none => "not (" + Say(none.Part) + ")",
        NoneOf none => Negated(none.Part),
        _ => SayRule(query),
    };

    /// <summary>As people say it: "was not seen", not "not (was seen)".</summary>
    private string Negated(AudienceQuery rule)
    {
        if (rule is NoneOf)
            return "not (" + Say(rule) + ")";
        var words = SayRule(rule);
        foreach (var (yes, no) in Negations)
        {
            if (words.StartsWith(yes, StringComparison.Ordinal))
                return no + words[yes.Length..];
        }

        return "not " + words;
    }

    private static readonly (string Yes, string No)[] Negations =
    [
        ("has or had ", "never had "), ("has a result of ", "has no result of "), ("has no result of ", "has a result of "), ("has an appointment ", "has no appointment "), ("has ", "does not have "),
        ("was ever prescribed ", "was never prescribed "), ("takes ", "does not take "), ("had ", "did not have "), ("was seen", "was not seen"), ("is covered by ", "is not covered by "),
        ("authorized ", "did not authorize "), ("lives ", "does not live "), ("prefers ", "does not prefer "), ("picked up ", "did not pick up "),
    ];

    private string SayRule(AudienceQuery rule) => rule switch
    {
        AgeIs age => age.Is switch
        {
            Comparison.Equal => Text($"aged {age.Years}"),
            Comparison.Less => Text($"younger than {age.Years}"),
            Comparison.LessOrEqual => Text($"aged {age.Years} or younger"),
            Comparison.Greater => Text($"older than {age.Years}"),
            _ => Text($"aged {age.Years} or older"),
        },
        AgeBetween age => Text($"aged {age.From} to {age.To}"),
        SexIs sex => sex.Sex == "unknown" ? "sex recorded as unknown" : sex.Sex,
        LanguageIs language => "prefers " + LanguageName(language.Tag),
        StateIn state => "lives in " + Or(state.States.Select(UsStates.Name)),
        ZipIn zip => "ZIP " + Or(zip.Zips.Select(pattern => pattern.IsPrefix ? pattern.Digits + "…" : pattern.Digits)),
        NearZip near => Text($"lives within {near.Distance:R} {(near.InMiles ? "miles" : "km")} of ZIP {near.Zip}"),
        LabIs lab => Text($"latest {Named(lab.Code)} {Words(lab.Is)} {lab.Value:R}{(lab.Unit is null ? "" : " " + lab.Unit)}") + Within(lab.Within),
        LabKnown lab => (lab.Present ? "has a result of " : "has no result of ") + Named(lab.Code) + Within(lab.Within),
        _ => Event(rule),
    };

    private string Event(AudienceQuery rule) => rule switch
    {
        CodedFact { Kind: CodedKind.Condition } fact => (fact.Ever ? "has or had " : "has ") + Or(fact.Patterns.Select(Named)) + Within(fact.Within),
        CodedFact { Kind: CodedKind.Medication } fact => (fact.Ever ? "was ever prescribed " : "takes ") + Or(fact.Patterns.Select(Named)) + Within(fact.Within),
        CodedFact { Kind: CodedKind.Procedure } fact => "had " + Or(fact.Patterns.Select(Named)) + Within(fact.Within),
        CodedFact fact => "vaccinated with " + Or(fact.Patterns.Select(Named)) + Within(fact.Within),
        EncounterWithin encounter => "was seen" + Within(encounter.Within),
        AppointmentWithin appointment => Text($"has an appointment in the next {appointment.Days} days"),
        PayerIs payer => "is covered by " + payer.Name,
        AuthorizationFor authorization => "authorized " + authorization.Purpose.Replace('_', ' ').ToLowerInvariant(),
        CampaignEvent campaign => campaign.Kind switch
        {
            EngagementKind.PickedUp => "picked up ",
            _ => QueryText.Keyword(campaign.Kind) + " ",
        } + "campaign " + campaign.Campaign + Within(campaign.Within),
        _ => throw new InvalidOperationException("Unknown kind of query part."),
    };

    private string Nested(AudienceQuery part) => part is AllOf or AnyOf ? "(" + Say(part) + ")" : Say(part);

    private string Named(CodePattern pattern) => title(pattern.ToString()) is { } words
        ? $"{words}{Mark} ({pattern.Code}{(pattern.IsPrefix ? "…" : "")}){Mark}"
        : $"{Mark}{pattern}{Mark}";

    private static string Or(IEnumerable<string> words)
    {
        var all = words.ToList();
        return all.Count == 1 ? all[0] : string.Join(", ", all.Take(all.Count - 1)) + " or " + all[^1];
    }

    private static string Within(Window? window) => window is null ? "" : window.Count == 1 ? " in the last " + Unit(window) : Text($" in the last {window.Count} {Unit(window)}");

    private static string Unit(Window window)
    {
        var unit = window.Unit.ToString().ToLowerInvariant();
        return window.Count == 1 ? unit[..^1] : unit;
    }

    private static string Words(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "equal to",
        Comparison.Less => "below",
        Comparison.LessOrEqual => "at most",
        Comparison.Greater => "above",
        _ => "at least",
    };

    /// <summary>English name of a language tag; the tag where there is none.</summary>
    internal static string LanguageName(string tag)
    {
        try
        {
            var culture = CultureInfo.GetCultureInfo(tag, predefinedOnly: true);
            return culture.EnglishName;
        }
        catch (CultureNotFoundException)
        {
            return tag;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
