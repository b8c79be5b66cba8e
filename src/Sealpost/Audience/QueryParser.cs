using Parlot.Fluent;
using static Parlot.Fluent.Parsers;
using static Sealpost.Audience.QueryTokens;

namespace Sealpost.Audience;

/// <summary>The audience language as a Parlot grammar; the production names are those of docs/audience-language.md.</summary>
internal static class QueryParser
{
    /// <summary>Longer texts are refused: no person writes them, and a parser should not be asked to.</summary>
    public const int MaxLength = 100_000;

    /// <summary>Parentheses and <c>not</c> in one another; bounds the recursion of everything that walks a query.</summary>
    public const int MaxDepth = 50;

    private static readonly Parser<AudienceQuery> Grammar = Build();

    public static AudienceParse Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
            return new AudienceParse(null, $"The query is longer than {MaxLength} characters.", MaxLength + 1);
        if (DepthExceededAt(text) is { } offset)
            return new AudienceParse(null, $"More than {MaxDepth} parentheses or nots in one another.", offset + 1);
        var context = new QueryContext(text);
        var result = default(Parlot.ParseResult<AudienceQuery>);
        return Grammar.Parse(context, ref result)
            ? new AudienceParse(result.Value, null, 0) { Spans = context.Spans() }
            : new AudienceParse(null, context.Error(), context.Furthest + 1);
    }

    private static Parser<AudienceQuery> Build()
    {
        var query = Deferred<AudienceQuery>();
        var group = Symbol("(").SkipAnd(query).AndSkip(Symbol(")"));
        var primary = Expect(group.Or(new Located(Predicates())), "a condition such as age > 50, or \"(\"");
        var not = ZeroOrMany(Keyword("not")).And(primary).Then(static pair =>
            pair.Item1.Aggregate(pair.Item2, static (part, _) => new NoneOf(part)));
        var and = Separated(Keyword("and"), not).Then(static parts => parts.Count == 1 ? parts[0] : new AllOf(ValueList.Of(parts)));
        var or = Separated(Keyword("or"), and).Then(static parts => parts.Count == 1 ? parts[0] : new AnyOf(ValueList.Of(parts)));
        query.Parser = or;
        return or.AndSkip(End);
    }

    private static Parser<AudienceQuery> Predicates()
    {
        var age = Keyword("age").SkipAnd(
            Keyword("between").SkipAnd(Years).AndSkip(Keyword("and")).And(Years).Then<AudienceQuery>(static pair => new AgeBetween(pair.Item1, pair.Item2))
            .Or(Compare.And(Years).Then<AudienceQuery>(static pair => new AgeIs(pair.Item1, pair.Item2))));
        var sex = Keyword("sex").SkipAnd(Symbol("=")).SkipAnd(Sex).Then<AudienceQuery>(static word => new SexIs(word));
        var language = Keyword("language").SkipAnd(Symbol("=")).SkipAnd(LanguageTag).Then<AudienceQuery>(static tag => new LanguageIs(tag));
        var state = Keyword("state").SkipAnd(Keyword("in")).SkipAnd(Several(State)).Then<AudienceQuery>(static states => new StateIn(states));
        var zip = Keyword("zip").SkipAnd(Keyword("in")).SkipAnd(Several(Zip)).Then<AudienceQuery>(static zips => new ZipIn(zips));
        var near = Keyword("within").SkipAnd(Distance).And(Keyword("miles").Then(true).Or(Keyword("km").Then(false))).AndSkip(Keyword("of")).And(WholeZip)
            .Then<AudienceQuery>(static near => new NearZip(near.Item1, near.Item2, near.Item3));
        var payer = Keyword("payer").SkipAnd(Symbol("=")).SkipAnd(Quoted('"', "a name in double quotes")).Then<AudienceQuery>(static name => new PayerIs(name));
        var authorization = Keyword("authorization").SkipAnd(Purpose).Then<AudienceQuery>(static purpose => new AuthorizationFor(purpose));
        return OneOf(age, sex, language, state, zip, near, payer, authorization, OneOf(Clinical()), Campaign());
    }

    private static Parser<AudienceQuery>[] Clinical()
    {
        var within = Optional(Keyword("within").SkipAnd(Period));
        var lab = Keyword("lab").SkipAnd(Code);
        return
        [
            Coded("condition", CodedKind.Condition, canBePast: true),
            Coded("medication", CodedKind.Medication, canBePast: true),
            Coded("procedure", CodedKind.Procedure, canBePast: false),
            Coded("immunization", CodedKind.Immunization, canBePast: false),
            lab.And(Keyword("present").Then(true).Or(Keyword("missing").Then(false))).And(within)
                .Then<AudienceQuery>(static lab => new LabKnown(lab.Item1, lab.Item2, lab.Item3)),
            lab.And(Compare).And(Number).And(Optional(Quoted('\'', "a unit in single quotes"))).And(within)
                .Then<AudienceQuery>(static lab => new LabIs(lab.Item1, lab.Item2, lab.Item3, lab.Item4, lab.Item5)),
            Keyword("encounter").SkipAnd(Keyword("within")).SkipAnd(Period).Then<AudienceQuery>(static period => new EncounterWithin(period)),
            Keyword("appointment").SkipAnd(Keyword("within")).SkipAnd(Keyword("next")).SkipAnd(Days).AndSkip(Keyword("days"))
                .Then<AudienceQuery>(static days => new AppointmentWithin(days)),
        ];

        Parser<AudienceQuery> Coded(string word, CodedKind kind, bool canBePast)
        {
            var rest = Keyword(word).SkipAnd(Keyword("in")).SkipAnd(Several(Code)).And(within);
            var now = rest.Then<AudienceQuery>(fact => new CodedFact(kind, false, fact.Item1, fact.Item2));
            return canBePast
                ? Keyword("ever").SkipAnd(rest).Then<AudienceQuery>(fact => new CodedFact(kind, true, fact.Item1, fact.Item2)).Or(now)
                : now;
        }
    }

    private static Parser<AudienceQuery> Campaign()
    {
        var what = OneOf(
            Keyword("received").Then(EngagementKind.Received),
            Keyword("opened").Then(EngagementKind.Opened),
            Keyword("clicked").Then(EngagementKind.Clicked),
            Keyword("picked").SkipAnd(Keyword("up")).Then(EngagementKind.PickedUp));
        return Keyword("campaign").SkipAnd(Name).And(what).And(Optional(Keyword("within").SkipAnd(Period)))
            .Then<AudienceQuery>(static campaign => new CampaignEvent(campaign.Item1, campaign.Item2, campaign.Item3));
    }

    /// <summary>Offset at which nesting grows too deep; the parser itself recurses once per parenthesis.</summary>
    public static int? DepthExceededAt(string text)
    {
        var depth = 0;
        var nots = new Stack<int>();
        var run = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '"' or '\'')
                i = EndOfQuoted(text, i);
            else if (c == '(')
            {
                nots.Push(run);
                depth += run + 1;
                run = 0;
            }
            else if (c == ')')
            {
                run = 0;
                if (nots.TryPop(out var outer))
                    depth -= outer + 1;
            }
            else if (char.IsLetter(c))
            {
                var end = i;
                while (end + 1 < text.Length && char.IsLetter(text[end + 1]))
                    end++;
                run = text.AsSpan(i..(end + 1)).Equals("not", StringComparison.OrdinalIgnoreCase) ? run + 1 : 0;
                i = end;
            }

            if (depth + run > MaxDepth)
                return i;
        }

        return null;
    }

    private static int EndOfQuoted(string text, int start)
    {
        var i = start + 1;
        while (i < text.Length && text[i] != text[start])
            i += text[i] == '\\' ? 2 : 1;
        return i;
    }
}
