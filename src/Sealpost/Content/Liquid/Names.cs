using Sealpost.Content.Fields;

namespace Sealpost.Content.Liquid;

/// <summary>Names known in a part of a template: fields, variables set anywhere in it, items of the loops around.</summary>
internal sealed class Names
{
    private readonly Dictionary<string, Shape> variables = new(StringComparer.Ordinal);
    private readonly Stack<(string Name, Shape Shape)> loops = new();

    /// <summary>Whether a variable changed since the last call: the labels have not settled.</summary>
    public bool TakeChange()
    {
        var changed = Changed;
        Changed = false;
        return changed;
    }

    /// <summary>The shape behind a variable or loop item; null where there is none.</summary>
    public Shape? Find(string name)
    {
        foreach (var loop in loops)
        {
            if (loop.Name == name)
                return loop.Shape;
        }

        return variables.GetValueOrDefault(name);
    }

    /// <summary>Adds what a variable may hold; a variable reveals what any of its values reveals.</summary>
    public void Set(string name, Shape shape)
    {
        if (!variables.TryGetValue(name, out var before))
        {
            variables[name] = shape;
            Changed = true;
            return;
        }

        var joined = before.Or(shape);
        if (joined.Kind == before.Kind && ReferenceEquals(joined.Field, before.Field) && joined.IsMarkup == before.IsMarkup
            && joined.Taint.Labels == before.Taint.Labels && joined.Taint.Fields.Count == before.Taint.Fields.Count)
            return;
        variables[name] = joined;
        Changed = true;
    }

    /// <summary>Enters a loop.</summary>
    public void Enter(string name, Shape shape) => loops.Push((name, shape));

    /// <summary>Leaves the innermost loop.</summary>
    public void Leave() => loops.Pop();

    /// <summary>Known names nearest to a mistyped one, in words; empty where none is near.</summary>
    public string Suggest(string name, IEnumerable<string>? among = null)
    {
        var near = (among ?? All())
            .Select(known => (Known: known, Distance: Distance(name, known)))
            .Where(pair => pair.Distance <= Math.Max(2, name.Length / 3) || pair.Known.Contains(name, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Known, StringComparer.Ordinal)
            .Take(3).Select(pair => pair.Known).ToList();
        return near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?";
    }

    private bool Changed { get; set; }

    private IEnumerable<string> All() =>
        FieldCatalog.Roots.SelectMany(root => root.Kind == FieldKind.Group ? root.Members.Select(member => member.Path).Append(root.Path) : [root.Path])
            .Concat(variables.Keys).Concat(loops.Select(loop => loop.Name));

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
