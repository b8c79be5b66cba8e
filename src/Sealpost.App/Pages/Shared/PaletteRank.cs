namespace Sealpost.App.Pages.Shared;

/// <summary>How near a thing is to what was typed in the palette.</summary>
internal static class PaletteRank
{
    private static readonly char[] Gaps = [' ', '-', '_', '.', ',', '/', '('];

    /// <summary>0 is nearest: called so; then begins so; then each word typed begins a word of the name; then the name has them all; then other words do. Null where a word is found nowhere.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="name">Its name.</param>
    /// <param name="words">Other words by which it is found.</param>
    public static int? Of(string typed, string name, string words)
    {
        var wanted = typed.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var all = $"{name} {words}";
        if (!Array.TrueForAll(wanted, word => all.Contains(word, StringComparison.CurrentCultureIgnoreCase)))
            return null;
        if (name.Equals(typed.Trim(), StringComparison.OrdinalIgnoreCase))
            return 0;
        if (name.StartsWith(typed.Trim(), StringComparison.CurrentCultureIgnoreCase))
            return 1;
        var parts = name.Split(Gaps, StringSplitOptions.RemoveEmptyEntries);
        if (Array.TrueForAll(wanted, word => Array.Exists(parts, part => part.StartsWith(word, StringComparison.CurrentCultureIgnoreCase))))
            return 2;
        return Array.TrueForAll(wanted, word => name.Contains(word, StringComparison.CurrentCultureIgnoreCase)) ? 3 : 4;
    }
}
