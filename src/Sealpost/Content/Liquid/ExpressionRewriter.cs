using Fluid.Ast;
using Fluid.Values;
using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>Replaces field names by the fields themselves and filters by ones that never hide a gap.</summary>
internal sealed class ExpressionRewriter : AstRewriter
{
    private static readonly ExpressionRewriter Shared = new();

    private ExpressionRewriter()
    {
    }

    /// <summary>The expression as it is evaluated; it must have been checked.</summary>
    public static Expression Rewrite(Expression expression) =>
        expression is NotExpression not ? new NotExpression(Shared.Visit(not.Inner)) : Shared.Visit(expression);

    /// <inheritdoc/>
    protected override Expression VisitMemberExpression(MemberExpression memberExpression)
    {
        var segments = memberExpression.Segments;
        if (segments[0] is not IdentifierSegment first || FieldCatalog.Root(first.Identifier) is not { } field)
            return memberExpression;
        Field? group = null;
        var next = 1;
        while (next < segments.Count && Child(field, segments[next]) is { } child)
        {
            if (field.Facts is not null)
                group = field;
            field = child;
            next++;
        }

        Expression opened = new FieldExpression(group, field);
        return next == segments.Count ? opened : new TailExpression(opened, [.. segments.Skip(next)]);
    }

    /// <inheritdoc/>
    protected override Expression VisitFilterExpression(FilterExpression filterExpression) => new FilteredExpression(
        Visit(filterExpression.Input),
        filterExpression.Name,
        [.. filterExpression.Parameters.Select(parameter => new FilterArgument(parameter.Name, Visit(parameter.Expression)))]);

    private static Field? Child(Field field, MemberSegment segment) => (field.Kind, segment) switch
    {
        (FieldKind.Group, IdentifierSegment id) => field.Member(id.Identifier),
        (FieldKind.Labs, IndexerSegment { Expression: LiteralExpression { Value: StringValue code } }) => FieldCatalog.Lab(code.ToStringValue()),
        _ => null,
    };
}
