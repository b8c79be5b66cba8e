namespace Sealpost.Consent;

/// <summary>Writes codes so that they compare: ICD-10-CM comes with and without its dot.</summary>
internal static class CodeText
{
    /// <summary>Trimmed; upper-case and undotted for ICD-10.</summary>
    public static string Of(string system, string code)
    {
        var text = code.Trim();
        return system is "icd10" or "icd10pcs" ? text.Replace(".", "", StringComparison.Ordinal).ToUpperInvariant() : text;
    }
}
