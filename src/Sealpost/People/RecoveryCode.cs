using System.Security.Cryptography;

namespace Sealpost.People;

/// <summary>A code to print and lock away: 15 letters and digits without look-alikes, 75 random bits.</summary>
internal static class RecoveryCode
{
    /// <summary>How many a person gets.</summary>
    public const int Count = 10;

    // Crockford's base 32: no I, L, O, U.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Group = 5;
    private const int Groups = 3;

    public static string New() => string.Join('-', Enumerable.Range(0, Groups).Select(_ => RandomNumberGenerator.GetString(Alphabet, Group)));

    /// <summary>The code as compared: however it was typed.</summary>
    public static string Normalise(string typed) => string.Concat(typed.ToUpperInvariant()
        .Select(letter => letter switch { 'O' => '0', 'I' or 'L' => '1', _ => letter })
        .Where(letter => Alphabet.Contains(letter, StringComparison.Ordinal)));
}
