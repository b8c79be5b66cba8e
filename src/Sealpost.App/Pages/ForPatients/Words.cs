namespace Sealpost.App.Pages.ForPatients;

/// <summary>The language of a page: English or Spanish. Both texts stand side by side where they are used, so that neither is forgotten.</summary>
/// <param name="Spanish">Spanish, else English.</param>
internal readonly record struct Words(bool Spanish)
{
    /// <summary>BCP 47 tag.</summary>
    public string Language => Spanish ? "es" : "en";

    /// <summary>The text in this language.</summary>
    public string Of(string english, string spanish) => Spanish ? spanish : english;

    /// <summary>A path that stays in this language.</summary>
    public string Link(string path) => $"{path}?lang={Language}";

    /// <summary>By the reader's own choice on the page, else the patient's language on record, else what the browser asks for.</summary>
    public static Words For(HttpRequest request, string? patientLanguage) =>
        new((Chosen(request.Query["lang"]) ?? patientLanguage ?? Preferred(request.Headers.AcceptLanguage)) == "es");

    private static string? Chosen(string? language) => language is "en" or "es" ? language : null;

    private static string? Preferred(string? acceptLanguage) => (acceptLanguage ?? "")
        .Split(',', StringSplitOptions.TrimEntries)
        .Select(part => part.StartsWith("es", StringComparison.OrdinalIgnoreCase) ? "es" : part.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? "en" : null)
        .FirstOrDefault(language => language is not null);
}
