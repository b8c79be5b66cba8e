using Parlot.Fluent;
using static Parlot.Fluent.Parsers;

namespace Sealpost.Audience;

/// <summary>Words, numbers, codes and periods of the audience language, each named for error messages.</summary>
internal static class QueryTokens
{
    public static readonly Parser<int> Years = Whole(QueryLimits.MaxAge, "years");

    public static readonly Parser<int> Days = Whole(Window.MaxCount, "days");

    public static readonly Parser<double> Number = Expect(
        Terms.Number<double>(Parlot.Fluent.NumberOptions.Float | Parlot.Fluent.NumberOptions.AllowExponent).When(static (_, n) => double.IsFinite(n)), "a number");

    public static readonly Parser<double> Distance = Expect(
        Terms.Number<double>(Parlot.Fluent.NumberOptions.Float).When(static (_, n) => QueryLimits.IsDistance(n)), "a distance");

    public static readonly Parser<Comparison> Compare = OneOf(
        Symbol("<=").Then(Comparison.LessOrEqual),
        Symbol(">=").Then(Comparison.GreaterOrEqual),
        Symbol("=").Then(Comparison.Equal),
        Symbol("<").Then(Comparison.Less),
        Symbol(">").Then(Comparison.Greater));

    public static readonly Parser<string> Sex = OneOf([.. QueryLimits.Sexes.Select(sex => Keyword(sex).Then(sex))]);

    public static readonly Parser<string> LanguageTag = Word(static c => char.IsAsciiLetterOrDigit(c) || c == '-', "a language tag such as es").When(static (_, tag) => tag.Length <= QueryLimits.MaxTagLength);

    public static readonly Parser<string> State = Word(char.IsAsciiLetter, "a state such as MA").Or(Quoted('"', "a name in double quotes")).Then(static name => name.ToUpperInvariant());

    public static readonly Parser<ZipPattern> Zip = Expect(
        Terms.Pattern(char.IsAsciiDigit, 1, 5).And(Optional(Literals.Char('*')))
            .Then(static zip => new ZipPattern(zip.Item1.ToString(), zip.Item2 == '*'))
            .When(static (_, zip) => zip.IsPrefix || zip.Digits.Length == 5),
        "a ZIP of five digits, or the beginning of one with a star");

    public static readonly Parser<string> WholeZip = Expect(
        Terms.Pattern(char.IsAsciiDigit).Then(static zip => zip.ToString()).When(static (_, zip) => zip.Length == 5), "a ZIP of five digits");

    public static readonly Parser<string> Purpose = Word(static c => char.IsAsciiLetter(c) || c == '_', "a purpose such as MARKETING").Then(static purpose => purpose.ToUpperInvariant());

    public static readonly Parser<string> Name = Word(QueryText.IsNameCharacter, "a campaign name").Or(Quoted('"', "a name in double quotes"));

    public static readonly Parser<CodePattern> Code = Expect(
        Terms.Pattern(QueryText.IsSystemCharacter).Then(static s => s.ToString()).Or(Terms.String(StringLiteralQuotes.Double).Then(static s => s.ToString()).When(static (_, s) => s.Length > 0))
            .AndSkip(Literals.Char(':'))
            .And(Optional(Literals.Pattern(QueryText.IsCodeCharacter).Or(Literals.String(StringLiteralQuotes.Double))))
            .And(Optional(Literals.Char('*')))
            .Then(static code => CodePattern.Of(code.Item1, code.Item2.ToString(), code.Item3 == '*'))
            .When(static (_, code) => code.IsPrefix || code.Code.Length > 0),
        "a code such as icd10:E11*");

    public static readonly Parser<Window> Period = Days.And(OneOf(
            Keyword("days").Then(WindowUnit.Days),
            Keyword("months").Then(WindowUnit.Months),
            Keyword("years").Then(WindowUnit.Years)))
        .Then(static period => new Window(period.Item1, period.Item2));

    public static readonly Parser<bool> End = Expect(SkipWhiteSpace(Always(true)).Eof(), "the end of the query");

    public static Parser<T> Expect<T>(Parser<T> parser, string what) => new Expecting<T>(parser, what);

    public static Parser<T?> Optional<T>(Parser<T> parser)
        where T : notnull => ZeroOrOne(parser)!;

    public static Parser<string> Keyword(string word) => Expect(
        Terms.Text(word, caseInsensitive: true).AndSkip(Not(Literals.Pattern(static c => char.IsLetterOrDigit(c) || c is '-' or '_', 1, 1))), $"\"{word}\"");

    public static Parser<string> Symbol(string symbol) => Expect(Terms.Text(symbol), $"\"{symbol}\"");

    public static Parser<ValueList<T>> Several<T>(Parser<T> item) =>
        Symbol("(").SkipAnd(Separated(Symbol(","), item)).AndSkip(Symbol(")")).Then(static items => ValueList.Of(items));

    public static Parser<string> Quoted(char quote, string what) => Expect(
        Terms.String(quote == '"' ? StringLiteralQuotes.Double : StringLiteralQuotes.Single).Then(static s => s.ToString()).When(static (_, s) => s.Length > 0), what);

    private static Parser<string> Word(Func<char, bool> isPlain, string what) => Expect(Terms.Pattern(isPlain).Then(static s => s.ToString()), what);

    private static Parser<int> Whole(int max, string of) => Expect(
        Terms.Pattern(char.IsAsciiDigit, 1, 6).Then(static s => int.Parse(s.Span, System.Globalization.CultureInfo.InvariantCulture)).When((_, n) => n <= max),
        $"a whole number of {of} up to {max}");
}

/// <summary>Bounds that text and JSON share.</summary>
internal static class QueryLimits
{
    public const int MaxAge = 150;

    public const int MaxTagLength = 35;

    public static readonly string[] Sexes = ["female", "male", "other", "unknown"];

    /// <summary>Half the earth's circumference in kilometres, beyond which everyone is near.</summary>
    public static bool IsDistance(double distance) => distance is >= 0 and <= 20_100;
}
