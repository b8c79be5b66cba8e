namespace Sealpost.Storage;

/// <summary>Bulk rows by their key.</summary>
internal static class BulkRows
{
    /// <summary>The rows without those that a later row of the same key replaces; the list itself where there are none.</summary>
    public static IReadOnlyList<object?[]> LastOfEachKey(BulkTable table, IReadOnlyList<object?[]> rows)
    {
        var last = new Dictionary<object?[], int>(rows.Count, new KeyComparer(table.KeyColumns));
        for (var i = 0; i < rows.Count; i++)
            last[rows[i]] = i;
        return last.Count == rows.Count ? rows : [.. last.Values.Order().Select(i => rows[i])];
    }

    private sealed class KeyComparer(int columns) : IEqualityComparer<object?[]>
    {
        public bool Equals(object?[]? x, object?[]? y)
        {
            for (var i = 0; i < columns; i++)
            {
                var same = x![i] is byte[] a && y![i] is byte[] b ? a.AsSpan().SequenceEqual(b) : Equals(x[i], y![i]);
                if (!same)
                    return false;
            }

            return true;
        }

        public int GetHashCode(object?[] row)
        {
            var hash = default(HashCode);
            for (var i = 0; i < columns; i++)
            {
                if (row[i] is byte[] bytes)
                    hash.AddBytes(bytes);
                else
                    hash.Add(row[i]);
            }

            return hash.ToHashCode();
        }
    }
}
