using System.Text.Json;
using Parlot.Fluent;

namespace Sealpost.Audience;

/// <summary>Reads JSON trees as queries. Nothing is guessed: an unknown property is an error.</summary>
internal static class QueryJsonReader
{
    /// <summary>Enough for <see cref="QueryParser.MaxDepth"/> groups, each an object and an array of <c>or</c> and of <c>and</c>.</summary>
    public const int MaxDepth = 5 * QueryParser.MaxDepth;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    public static AudienceParse Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > 4 * QueryParser.MaxLength)
            return new AudienceParse(null, $"The tree is longer than {4 * QueryParser.MaxLength} characters.", 0);
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var query = Query(new JsonPart(document.RootElement, "$"));
            return QueryParser.DepthExceededAt(query.ToText()) is null
                ? new AudienceParse(query, null, 0)
                : new AudienceParse(null, $"More than {QueryParser.MaxDepth} groups or nots in one another.", 0);
        }
        catch (JsonException exception)
        {
            return new AudienceParse(null, "This is no JSON document, or one nested too deeply.", (int)(exception.BytePositionInLine ?? 0) + 1);
        }
        catch (FormatException exception)
        {
            return new AudienceParse(null, exception.Message, 0);
        }
    }

    private static AudienceQuery Query(JsonPart json)
    {
        var (name, part) = json.OnlyProperty();
        return name switch
        {
            "and" => Parts(part) is [var single] ? single : new AllOf(ValueList.Of(Parts(part))),
            "or" => Parts(part) is [var single] ? single : new AnyOf(ValueList.Of(Parts(part))),
            "not" => new NoneOf(Query(part)),
            "age" => Age(part),
            "sex" => new SexIs(part.Token(QueryTokens.Sex, string.Join(", ", QueryLimits.Sexes))),
            "language" => new LanguageIs(part.Token(QueryTokens.LanguageTag, "a language tag")),
            "state" => new StateIn(ValueList.Of(part.Items().Select(item => item.Text().ToUpperInvariant()))),
            "zip" => new ZipIn(ValueList.Of(part.Items().Select(item => item.Token(QueryTokens.Zip, "a ZIP of five digits, or the beginning of one with a star")))),
            "near" => Near(part),
            "condition" => Coded(CodedKind.Condition, part),
            "medication" => Coded(CodedKind.Medication, part),
            "procedure" => Coded(CodedKind.Procedure, part),
            "immunization" => Coded(CodedKind.Immunization, part),
            "lab" => Lab(part),
            "encounter" => Only(part, ["within"], new EncounterWithin(Within(part) ?? throw part.Fault("needs \"within\""))),
            "appointment" => Only(part, ["nextDays"], new AppointmentWithin(part["nextDays"].Whole(Window.MaxCount))),
            "payer" => new PayerIs(part.Text()),
            "authorization" => new AuthorizationFor(part.Token(QueryTokens.Purpose, "a purpose such as MARKETING")),
            "campaign" => Campaign(part),
            _ => throw part.Fault("is no known kind of condition"),
        };
    }

    private static List<AudienceQuery> Parts(JsonPart part) => [.. part.Items().Select(Query)];

    private static AudienceQuery Age(JsonPart part) => part.Has("is")
        ? Only(part, ["is", "years"], new AgeIs(Compare(part["is"]), part["years"].Whole(QueryLimits.MaxAge)))
        : Only(part, ["from", "to"], new AgeBetween(part["from"].Whole(QueryLimits.MaxAge), part["to"].Whole(QueryLimits.MaxAge)));

    private static AudienceQuery Near(JsonPart part)
    {
        var miles = part.Has("miles");
        var unit = part[miles ? "miles" : "km"];
        var distance = unit.Number();
        return QueryLimits.IsDistance(distance)
            ? Only(part, [miles ? "miles" : "km", "zip"], new NearZip(distance, miles, part["zip"].Token(QueryTokens.WholeZip, "a ZIP of five digits")))
            : throw unit.Fault("is no distance on earth");
    }

    private static AudienceQuery Coded(CodedKind kind, JsonPart part)
    {
        var canBePast = kind is CodedKind.Condition or CodedKind.Medication;
        var ever = canBePast && part.Has("ever") && part["ever"].Flag();
        var codes = ValueList.Of(part["codes"].Items().Select(Code));
        return Only(part, canBePast ? ["ever", "codes", "within"] : ["codes", "within"], new CodedFact(kind, ever, codes, Within(part)));
    }

    private static AudienceQuery Lab(JsonPart part) => part.Has("present")
        ? Only(part, ["code", "present", "within"], new LabKnown(Code(part["code"]), part["present"].Flag(), Within(part)))
        : Only(
            part,
            ["code", "is", "value", "unit", "within"],
            new LabIs(Code(part["code"]), Compare(part["is"]), part["value"].Number(), part.Has("unit") ? part["unit"].Text() : null, Within(part)));

    private static AudienceQuery Campaign(JsonPart part) =>
        Only(part, ["name", "event", "within"], new CampaignEvent(part["name"].Text(), Event(part["event"]), Within(part)));

    private static EngagementKind Event(JsonPart part)
    {
        foreach (var kind in Enum.GetValues<EngagementKind>())
        {
            if (QueryText.Keyword(kind) == part.Text())
                return kind;
        }

        throw part.Fault("is none of received, opened, clicked, picked up");
    }

    private static CodePattern Code(JsonPart part) => part.Token(QueryTokens.Code, "a code such as icd10:E11*");

    private static Comparison Compare(JsonPart part) => part.Token(QueryTokens.Compare, "one of = < <= > >=");

    private static Window? Within(JsonPart part)
    {
        if (!part.Has("within"))
            return null;
        var (unit, count) = part["within"].OnlyProperty();
        return unit switch
        {
            "days" => new Window(count.Whole(Window.MaxCount), WindowUnit.Days),
            "months" => new Window(count.Whole(Window.MaxCount), WindowUnit.Months),
            "years" => new Window(count.Whole(Window.MaxCount), WindowUnit.Years),
            _ => throw count.Fault("is none of days, months, years"),
        };
    }

    private static AudienceQuery Only(JsonPart part, string[] properties, AudienceQuery query)
    {
        part.CheckProperties(properties);
        return query;
    }
}

/// <summary>An element of the tree with its path, for errors.</summary>
internal readonly struct JsonPart(JsonElement element, string path)
{
    public JsonPart this[string name] =>
        Has(name) ? new JsonPart(element.GetProperty(name), path + "." + name) : throw Fault($"needs \"{name}\"");

    public bool Has(string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    public FormatException Fault(string what) => new($"{path} {what}.");

    public (string Name, JsonPart Part) OnlyProperty()
    {
        if (element.ValueKind != JsonValueKind.Object || element.GetPropertyCount() != 1)
            throw Fault("must be an object with one property");
        var property = element.EnumerateObject().First();
        return (property.Name, new JsonPart(property.Value, path + "." + property.Name));
    }

    public void CheckProperties(string[] known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                throw Fault($"has a property that is none of {string.Join(", ", known)}");
        }
    }

    public List<JsonPart> Items()
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0)
            throw Fault("must be a list with at least one item");
        var items = new List<JsonPart>();
        foreach (var item in element.EnumerateArray())
            items.Add(new JsonPart(item, $"{path}[{items.Count}]"));
        return items;
    }

    public string Text() =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text ? text : throw Fault("must be a text that is not empty");

    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault("must be true or false"),
    };

    public double Number() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Fault("must be a number");

    public int Whole(int max) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number >= 0 && number <= max
            ? number
            : throw Fault($"must be a whole number up to {max}");

    /// <summary>A text read by a token parser of the text form.</summary>
    public T Token<T>(Parser<T> parser, string what)
    {
        var context = new QueryContext(Text());
        var result = default(Parlot.ParseResult<T>);
        return parser.AndSkip(QueryTokens.End).Parse(context, ref result) ? result.Value : throw Fault($"must be {what}");
    }
}
