using Sealpost.Patients;

namespace Sealpost.Audience;

/// <summary>A code, or the beginning of some, in a code system.</summary>
/// <param name="System">Short name, lower-case, or a URI as written.</param>
/// <param name="Code">As written, with or without the dot of ICD-10.</param>
/// <param name="IsPrefix">Written with a star.</param>
internal readonly record struct CodePattern(string System, string Code, bool IsPrefix)
{
    private const char Separator = '\u001F';

    /// <summary>The form under which codes are compared, the same for patterns and facts.</summary>
    public string Key => KeyOf(System, Code);

    /// <summary>A pattern as a person wrote it; a URI of a known system becomes its short name.</summary>
    public static CodePattern Of(string system, string code, bool isPrefix) => new(NormalSystem(CodeSystems.ShortName(system)), code, isPrefix);

    /// <summary>The comparison key of a code. ICD-10 is written with and without its dot and in either case: both are one code.</summary>
    public static string KeyOf(string system, string code)
    {
        var normal = NormalSystem(system);
        return normal + Separator + normal switch
        {
            "icd10" or "icd10pcs" => code.Replace(".", "", StringComparison.Ordinal).ToUpperInvariant(),
            "cpt" or "hcpcs" => code.ToUpperInvariant(),
            _ => code,
        };
    }

    /// <summary>System and code of a comparison key, written as a query writes them.</summary>
    public static string TextOfKey(string key)
    {
        var at = key.IndexOf(Separator, StringComparison.Ordinal);
        var (system, code) = (key[..at], key[(at + 1)..]);
        return new CodePattern(system, system == "icd10" && code.Length > 3 ? code.Insert(3, ".") : code, false).ToString();
    }

    /// <summary>What all comparison keys of the pattern's system begin with.</summary>
    public string SystemPrefix => System + Separator;

    public bool MatchesKey(string key) => IsPrefix ? key.StartsWith(Key, StringComparison.Ordinal) : key == Key;

    public override string ToString() =>
        QueryText.Word(System, QueryText.IsSystemCharacter, '"') + ":"
        + (Code.Length == 0 && IsPrefix ? "" : QueryText.Word(Code, QueryText.IsCodeCharacter, '"'))
        + (IsPrefix ? "*" : "");

    private static string NormalSystem(string system) =>
        system.Contains(':', StringComparison.Ordinal) ? system : system.ToLowerInvariant();
}
