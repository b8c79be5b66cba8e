namespace Sealpost.Shards;

/// <summary>How far two names or codes are apart, for suggestions.</summary>
internal static class EditDistance
{
    /// <summary>Edits (Levenshtein), less what they share at the beginning, where code systems put their meaning.</summary>
    public static int Of(string left, string right)
    {
        var shared = left.AsSpan().CommonPrefixLength(right);
        var row = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var next = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = next;
            }
        }

        return row[right.Length] - shared;
    }
}
