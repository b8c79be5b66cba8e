using System.Text.RegularExpressions;

namespace Sealpost.Content.Advice;

/// <summary>How hard a text is to read.</summary>
/// <param name="Score">School grade (Flesch-Kincaid) for English; 0 (hard) to 100 (easy) for Spanish (Fernández-Huerta).</param>
/// <param name="Formula">Name of the formula.</param>
/// <param name="Words">Words counted.</param>
/// <param name="IsHard">Harder than health information for everybody should be.</param>
internal sealed partial record ReadingGrade(double Score, string Formula, int Words, bool IsHard)
{
    /// <summary>Grade above which English health information is hard for many adults (CDC, Clear Communication Index; AHRQ).</summary>
    public const double MaxGrade = 8;

    /// <summary>Fernández-Huerta below which Spanish text is harder than normal.</summary>
    public const double MinEase = 60;

    /// <summary>Grades a text; null for languages without a formula here and for texts too short to say.</summary>
    public static ReadingGrade? Of(string text, string language)
    {
        var spanish = Languages.Primary(language) == "es";
        if (!spanish && Languages.Primary(language) != "en")
            return null;
        // What stands on a line of its own without a full stop, such as a heading or a button, is a sentence too.
        var sentences = SentenceEnd().Split(Address().Replace(text, " ")).Select(sentence => Word().Matches(sentence).Select(match => match.Value).ToList()).Where(words => words.Count > 0).ToList();
        var words = sentences.Sum(sentence => sentence.Count);
        if (words < 20)
            return null;
        var syllables = sentences.Sum(sentence => sentence.Sum(word => spanish ? SpanishSyllables(word) : EnglishSyllables(word)));
        var (perSentence, perWord) = ((double)words / sentences.Count, (double)syllables / words);
        if (spanish)
        {
            // Fernández Huerta 1959: 206.84 − 0.60 P − 1.02 F, P syllables per 100 words, F words per sentence (as corrected by Law, 2011).
            var ease = 206.84 - (60 * perWord) - (1.02 * perSentence);
            return new ReadingGrade(Math.Round(ease, 1), "Fernández-Huerta", words, ease < MinEase);
        }

        var grade = (0.39 * perSentence) + (11.8 * perWord) - 15.59;
        return new ReadingGrade(Math.Round(Math.Max(0, grade), 1), "Flesch-Kincaid", words, grade > MaxGrade);
    }

    internal static int EnglishSyllables(string word)
    {
        var lower = word.ToLowerInvariant();
        if (lower.Length <= 3)
            return 1;
        if (lower.EndsWith('e') && !lower.EndsWith("le", StringComparison.Ordinal))
            lower = lower[..^1];
        else if (lower.EndsWith("es", StringComparison.Ordinal) || (lower.EndsWith("ed", StringComparison.Ordinal) && lower[^3] is not ('t' or 'd')))
            lower = lower[..^2];
        return Math.Max(1, EnglishVowels().Count(lower));
    }

    internal static int SpanishSyllables(string word)
    {
        // A strong vowel (a, e, o, and an accented i or u) makes a syllable; weak ones join their neighbour.
        var count = 0;
        var before = ' ';
        foreach (var c in word.ToLowerInvariant())
        {
            var strong = c is 'a' or 'e' or 'o' or 'á' or 'é' or 'ó' or 'í' or 'ú';
            var weak = c is 'i' or 'u' or 'ü' || (c == 'y' && !char.IsLetter(before));
            if (strong || (weak && !IsVowel(before)))
                count += strong && before is 'i' or 'u' or 'ü' && c is not ('í' or 'ú') ? 0 : 1;
            before = c;
        }

        return Math.Max(1, count);
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'á' or 'é' or 'í' or 'ó' or 'ú' or 'ü';

    [GeneratedRegex(@"[\p{L}][\p{L}\p{M}'’-]*", RegexOptions.None, 2_000)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<=[.!?…])\s|\n\s*\n|\n(?=[-*\d•])", RegexOptions.None, 2_000)]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"https?://\S{1,2000}|[^\s@]{1,64}@[^\s@]{1,255}", RegexOptions.None, 2_000)]
    private static partial Regex Address();

    [GeneratedRegex("[aeiouy]+", RegexOptions.None, 2_000)]
    private static partial Regex EnglishVowels();
}
