using System.Text.RegularExpressions;
using Fluid.Ast;
using Fluid.Values;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>Finds shape and labels of an expression; refuses unknown names and filters.</summary>
internal sealed partial class ExpressionChecker(Names names, Action<string> problem)
{
    private static readonly string[] ByMember = ["map", "where", "reject", "find", "has", "sort", "sort_natural", "sum", "uniq", "compact"];

    /// <summary>Checks.</summary>
    public Shape Check(Expression expression) => expression switch
    {
        LiteralExpression => Shape.Plain,
        MemberExpression member => Member(member),
        FilterExpression filter => Filter(filter),
        RangeExpression range => Range(range),
        NotExpression not => Check(not.Inner) with { Kind = FieldKind.Text, Field = null },
        BinaryExpression binary => Shape.Plain.Under(Check(binary.Left).Taint.With(Check(binary.Right).Taint)),
        _ => Refuse("This expression is not available in messages."),
    };

    private Shape Member(MemberExpression expression)
    {
        if (expression.Segments[0] is not IdentifierSegment first)
            return Refuse("Begin with a name.");
        var name = first.Identifier;
        var shape = FieldCatalog.Root(name) is { } root ? new Shape(root.Kind, root, Taint.None) : names.Find(name);
        if (shape is null)
            return Refuse($"Unknown name \"{PathOf(expression)}\".{names.Suggest(PathOf(expression))}");
        for (var i = 1; i < expression.Segments.Count; i++)
            shape = Step(shape, expression.Segments[i], PathOf(expression));
        return shape is { Field: { } field, Kind: FieldKind.List } || shape is { Field: { Facts: not null } or { Kind: FieldKind.Text or FieldKind.Number or FieldKind.Date } } ? shape.Under(Taint.Of(shape.Field!)) : shape;
    }

    private Shape Step(Shape shape, MemberSegment segment, string path) => (shape.Kind, segment) switch
    {
        (FieldKind.Group, IdentifierSegment id) => shape.Field!.Member(id.Identifier) is { } member
            ? new Shape(member.Kind, member, shape.Taint.With(Taint.Of(member)))
            : Refuse($"Unknown name \"{path}\".{names.Suggest(id.Identifier, shape.Field.Members.Select(known => known.Name))}"),
        (FieldKind.List, IdentifierSegment { Identifier: "size" }) => new Shape(FieldKind.Number, null, ListTaint(shape)),
        (FieldKind.List, IdentifierSegment { Identifier: "first" or "last" }) => Item(shape),
        (FieldKind.List, IndexerSegment { Expression: LiteralExpression }) => Item(shape),
        (FieldKind.Text, IdentifierSegment { Identifier: "size" }) => new Shape(FieldKind.Number, null, shape.Taint),
        (FieldKind.Labs, IndexerSegment { Expression: LiteralExpression { Value: StringValue code } }) => Lab(code.ToStringValue()),
        (FieldKind.Labs, _) => Refuse("Name a result by its LOINC code: labs[\"4548-4\"].value."),
        (FieldKind.List, IdentifierSegment) => Refuse($"\"{path}\": the name before it is a list: use {{% for %}}, .first or the map filter."),
        _ => Refuse($"\"{path}\": a value has no members."),
    };

    private Shape Lab(string code)
    {
        if (!LoincCode().IsMatch(code))
            return Refuse($"\"{code}\" is no LOINC code: write it like \"4548-4\".");
        var lab = FieldCatalog.Lab(code);
        return new Shape(FieldKind.Group, lab, Taint.None);
    }

    private Shape Filter(FilterExpression filter)
    {
        var input = Check(filter.Input);
        var taint = filter.Parameters.Aggregate(input.Taint, (sum, parameter) => sum.With(Check(parameter.Expression).Taint));
        var markup = input.IsMarkup || (filter.Name == "default" && filter.Parameters.Any(parameter => Check(parameter.Expression).IsMarkup));
        if (!LiquidOptions.Filters.TryGetValue(filter.Name, out var shape))
            return Refuse($"Unknown filter \"{filter.Name}\".{names.Suggest(filter.Name, LiquidOptions.Filters.Keys)}");
        if (input.IsMarkup && filter.Name is not ("default" or "strip" or "lstrip" or "rstrip"))
            return Refuse($"A captured block takes no \"{filter.Name}\" filter: use it on the value before capturing.");
        if (filter.Name != "default" && filter.Parameters.Any(parameter => Check(parameter.Expression).IsMarkup))
            return Refuse($"A captured block cannot be an argument of \"{filter.Name}\": use assign in place of capture.");
        if (input is { Kind: FieldKind.List, Field: { } list })
        {
            if (ByMember.Contains(filter.Name))
            {
                if (filter.Parameters.Count == 0 || filter.Parameters[0].Expression is not LiteralExpression { Value: StringValue key } || list.Member(key.ToStringValue()) is not { } member)
                    return Refuse($"\"{filter.Name}\" needs the member to look at: {string.Join(", ", list.Members.Select(known => $"\"{known.Name}\""))}.");
                taint = taint.With(Taint.Of(member));
            }
            else if (filter.Name is not ("first" or "last" or "size" or "reverse" or "concat" or "default"))
            {
                return Refuse($"\"{filter.Name}\" works on texts: put map: \"{list.Members[0].Name}\" before it.");
            }
        }

        return shape switch
        {
            FilterShape.Number => new Shape(FieldKind.Number, null, taint),
            FilterShape.Text => new Shape(FieldKind.Text, null, taint, markup),
            FilterShape.Texts => new Shape(FieldKind.List, null, taint),
            FilterShape.Item => input.Kind == FieldKind.List ? Item(input).Under(taint) : new Shape(FieldKind.Text, null, taint),
            _ => new Shape(input.Kind, input.Kind is FieldKind.List or FieldKind.Group ? input.Field : null, taint, markup),
        };
    }

    private Shape Range(RangeExpression range)
    {
        if (range is { From: LiteralExpression { Value: NumberValue from }, To: LiteralExpression { Value: NumberValue to } }
            && from.ToNumberValue() >= -LiquidOptions.MaxCollectionSize && to.ToNumberValue() - from.ToNumberValue() <= LiquidOptions.MaxCollectionSize && to.ToNumberValue() <= 1_000_000)
            return new Shape(FieldKind.List, null, Taint.None);
        return Refuse($"A range needs two numbers at most {LiquidOptions.MaxCollectionSize} apart, such as (1..5).");
    }

    private Shape Refuse(string message)
    {
        problem(message);
        return Shape.Plain;
    }

    /// <summary>One item of a list.</summary>
    public static Shape Item(Shape list) => list.Field is { } field ? new Shape(FieldKind.Group, field, ListTaint(list)) : new Shape(FieldKind.Text, null, list.Taint);

    private static Taint ListTaint(Shape list) => list.Field is { } field ? list.Taint.With(Taint.Of(field)) : list.Taint;

    private static string PathOf(MemberExpression expression) => string.Concat(expression.Segments.Select((segment, i) => segment switch
    {
        IdentifierSegment id => (i > 0 ? "." : "") + id.Identifier,
        IndexerSegment { Expression: LiteralExpression literal } => $"[{literal.Value.ToStringValue()}]",
        _ => "[…]",
    }));

    [GeneratedRegex(@"^(loinc:)?\d{1,7}-\d$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex LoincCode();
}
