namespace Sealpost.Audience;

/// <summary>Edits queries as trees. A place is a path of child numbers from the root; every edit gives a query whose text parses back to it.</summary>
/// <remarks>Groups left with one part become that part, groups left with none vanish; null stands for a query with no rule yet.</remarks>
internal static class AudienceTree
{
    /// <summary>Parts of a group or of a negation; none of a rule.</summary>
    public static IReadOnlyList<AudienceQuery> PartsOf(AudienceQuery query) => query switch
    {
        AllOf all => all.Parts,
        AnyOf any => any.Parts,
        NoneOf none => [none.Part],
        _ => [],
    };

    /// <summary>What stands at a place; null where there is nothing.</summary>
    public static AudienceQuery? At(AudienceQuery? root, ReadOnlySpan<int> path)
    {
        foreach (var child in path)
        {
            if (root is null || PartsOf(root) is not { } parts || child < 0 || child >= parts.Count)
                return null;
            root = parts[child];
        }

        return root;
    }

    /// <summary>Puts a part in the place of another.</summary>
    public static AudienceQuery? Replace(AudienceQuery? root, ReadOnlySpan<int> path, AudienceQuery with) => Put(root, path, with);

    /// <summary>Takes a part away.</summary>
    public static AudienceQuery? Remove(AudienceQuery? root, ReadOnlySpan<int> path) => Put(root, path, null);

    /// <summary>Adds a rule that must hold as well (<paramref name="all"/>) or that may hold instead, beside what stands at a place: into it where it is such a group, after it where it stands in one, else into a new group around both.</summary>
    public static AudienceQuery? Add(AudienceQuery? root, ReadOnlySpan<int> path, AudienceQuery rule, bool all)
    {
        if (At(root, path) is not { } beside)
            return root is null ? rule : root;
        if (IsGroup(beside, all))
            return Put(root, path, Group([.. PartsOf(beside), rule], all));
        if (path.Length > 0 && At(root, path[..^1]) is { } parent && IsGroup(parent, all))
            return Put(root, path[..^1], Group([.. PartsOf(parent).Take(path[^1] + 1), rule, .. PartsOf(parent).Skip(path[^1] + 1)], all));
        return Put(root, path, Group([beside, rule], all));
    }

    /// <summary>Puts a copy of a part after it; the whole becomes a group of itself and its copy.</summary>
    public static AudienceQuery? Duplicate(AudienceQuery? root, ReadOnlySpan<int> path)
    {
        if (At(root, path) is not { } part)
            return root;
        if (path.Length > 0 && At(root, path[..^1]) is (AllOf or AnyOf) and var parent)
            return Put(root, path[..^1], Group([.. PartsOf(parent).Take(path[^1] + 1), part, .. PartsOf(parent).Skip(path[^1] + 1)], parent is AllOf));
        return Put(root, path, Group([part, part], part is not AllOf));
    }

    /// <summary>Turns a part into its opposite, and back.</summary>
    public static AudienceQuery? Negate(AudienceQuery? root, ReadOnlySpan<int> path) =>
        At(root, path) switch
        {
            null => root,
            NoneOf none => Put(root, path, none.Part),
            { } part => Put(root, path, new NoneOf(part)),
        };

    /// <summary>Makes an "all of" group an "any of" group, and back. What is no group stays.</summary>
    public static AudienceQuery? Switch(AudienceQuery? root, ReadOnlySpan<int> path) =>
        At(root, path) switch
        {
            AllOf all => Put(root, path, new AnyOf(all.Parts)),
            AnyOf any => Put(root, path, new AllOf(any.Parts)),
            _ => root,
        };

    /// <summary>Puts a part and its next sibling into a group of the other kind than the one they stand in. The last sibling is grouped with the one before it.</summary>
    public static AudienceQuery? Group(AudienceQuery? root, ReadOnlySpan<int> path)
    {
        if (path.Length == 0 || At(root, path[..^1]) is not { } parent || parent is NoneOf || PartsOf(parent) is not { Count: > 2 } parts || path[^1] >= parts.Count)
            return root;
        var first = Math.Min(path[^1], parts.Count - 2);
        var inner = Group([parts[first], parts[first + 1]], parent is AnyOf);
        return Put(root, path[..^1], Group([.. parts.Take(first), inner, .. parts.Skip(first + 2)], parent is AllOf));
    }

    /// <summary>Puts the parts of a group into the group around it.</summary>
    public static AudienceQuery? Ungroup(AudienceQuery? root, ReadOnlySpan<int> path)
    {
        if (path.Length == 0 || At(root, path) is not (AllOf or AnyOf) || At(root, path[..^1]) is not { } parent || parent is NoneOf)
            return root;
        var parts = PartsOf(parent);
        return Put(root, path[..^1], Group([.. parts.Take(path[^1]), .. PartsOf(parts[path[^1]]), .. parts.Skip(path[^1] + 1)], parent is AllOf));
    }

    /// <summary>Moves a part into a group, before the child of a number as it stands now; one past the last for the end. Into itself it does not move.</summary>
    public static AudienceQuery? Move(AudienceQuery? root, ReadOnlySpan<int> from, ReadOnlySpan<int> toGroup, int index)
    {
        if (from.Length == 0 || At(root, from) is not { } part || At(root, toGroup) is not (AllOf or AnyOf) || toGroup.StartsWith(from))
            return root;
        var hole = new Hole();
        var marked = Put(root, from, hole);
        var group = At(marked, toGroup)!;
        var parts = PartsOf(group).ToList();
        parts.Insert(Math.Clamp(index, 0, parts.Count), part);
        return Fill(Put(marked, toGroup, Group(parts, group is AllOf))!);
    }

    private static AudienceQuery? Put(AudienceQuery? root, ReadOnlySpan<int> path, AudienceQuery? with)
    {
        if (path.IsEmpty || root is null)
            return with;
        var parts = PartsOf(root).ToList<AudienceQuery?>();
        if (path[0] < 0 || path[0] >= parts.Count)
            return root;
        parts[path[0]] = Put(parts[path[0]], path[1..], with);
        return Rebuild(root, parts);
    }

    private static AudienceQuery? Rebuild(AudienceQuery of, List<AudienceQuery?> parts)
    {
        var left = parts.OfType<AudienceQuery>().ToList();
        return of switch
        {
            NoneOf => left.Count == 0 ? null : new NoneOf(left[0]),
            _ => left.Count switch
            {
                0 => null,
                1 => left[0],
                _ => Group(left, of is AllOf),
            },
        };
    }

    /// <summary>Takes the hole out that a moved part left.</summary>
    private static AudienceQuery? Fill(AudienceQuery query) => query switch
    {
        Hole => null,
        AllOf or AnyOf or NoneOf => Rebuild(query, [.. PartsOf(query).Select(Fill)]),
        _ => query,
    };

    private static bool IsGroup(AudienceQuery query, bool all) => all ? query is AllOf : query is AnyOf;

    private static AudienceQuery Group(List<AudienceQuery> parts, bool all) => all ? new AllOf(ValueList.Of(parts)) : new AnyOf(ValueList.Of(parts));

    /// <summary>Stands where a part was while it is moved.</summary>
    private sealed record Hole : AudienceQuery;
}
