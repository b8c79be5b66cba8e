using System.Globalization;
using Sealpost.ForPatients;

namespace Sealpost.App.Pages.ForPatients;

/// <summary>A text field.</summary>
/// <param name="Id">Name and id.</param>
/// <param name="Label">Label.</param>
/// <param name="Value">What was typed before.</param>
internal sealed record FieldOf(string Id, string Label, string Value)
{
    public string? Hint { get; init; }

    public string? Error { get; init; }

    /// <summary>An error said elsewhere that is about this field too.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What a browser may fill in (WCAG 2.2 §1.3.5).</summary>
    public string Autocomplete { get; init; } = "off";

    public bool IsNumber { get; init; }

    /// <summary>Has the focus when the page opens, because the page was asked for to fill it in.</summary>
    public bool HasFocus { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Parts of forms: each field with its label, hint and error, tied together for screen readers.</summary>
internal static class FormParts
{
    /// <summary>What is to be corrected, at the head of the page, each with a link to its field.</summary>
    public static Html Summary(Words words, IReadOnlyList<(string Field, string Text)> errors) => errors.Count == 0 ? Html.Empty : Html.Of($"""
        <div class="summary" role="alert" tabindex="-1" autofocus><strong>{words.Of("Please correct this", "Por favor, corrija esto")}</strong><ul>{Html.Join(errors.Select(error => Html.Of($"""<li><a href="#{error.Field}">{error.Text}</a></li>""")))}</ul></div>
        """);

    public static Html Field(Words words, FieldOf field) => Html.Of($"""
        <div class="field{(field.Error is null && field.ErrorId is null ? "" : " wrong")}"><label for="{field.Id}">{field.Label}</label>{Hint(field)}{Error(words, field)}
        <input id="{field.Id}" name="{field.Id}" type="text" value="{field.Value}" autocomplete="{field.Autocomplete}" maxlength="500"{Described(field)}{(field.Error is null && field.ErrorId is null ? Html.Empty : new Html(" aria-invalid=\"true\""))}{(field.IsNumber ? new Html(" inputmode=\"numeric\" class=\"short\"") : Html.Empty)}{(field.HasFocus ? new Html(" autofocus") : Html.Empty)}></div>
        """);

    /// <summary>The extra question: date of birth and ZIP code. Typed anew each time; nothing is filled in again.</summary>
    public static Html Identity(Words words, bool isWrong)
    {
        var error = isWrong ? words.Of("Date of birth or ZIP code is not as in our records.", "La fecha de nacimiento o el código postal no es como en nuestros registros.") : null;
        return Html.Of($"""
            <div class="fields">
            <fieldset class="field{(isWrong ? " wrong" : "")}"><legend class="label">{words.Of("Date of birth", "Fecha de nacimiento")}</legend>
            <span class="hint" id="birth-hint">{words.Of("For example 3 15 1958", "Por ejemplo 15 3 1958")}</span>{(error is null ? Html.Empty : Html.Of($"""<span class="error" id="birth-error">{error}</span>"""))}
            <div class="date">{(words.Spanish ? Html.Join([Day(words, isWrong), Month(words, isWrong)]) : Html.Join([Month(words, isWrong), Day(words, isWrong)]))}{Part("year", words.Of("Year", "Año"), "bday-year", 4, isWrong)}</div></fieldset>
            {Field(words, new FieldOf("zip", words.Of("ZIP code of your home", "Código postal de su casa"), "") { IsNumber = true, Autocomplete = "postal-code", Hint = words.Of("The first five digits", "Los primeros cinco dígitos"), ErrorId = isWrong ? "birth-error" : null })}
            </div>
            """);
    }

    /// <summary>The answer to <see cref="Identity"/>.</summary>
    public static (DateOnly? BirthDate, string Zip) ReadIdentity(IFormCollection form) => (
        DateOnly.TryParseExact($"{Digits(form["year"]):0000}-{Digits(form["month"]):00}-{Digits(form["day"]):00}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null,
        form["zip"].ToString());

    /// <summary>What to tell where the extra question did not go well.</summary>
    public static string? Refusal(Words words, SignatureProblems problems) => problems switch
    {
        _ when problems.HasFlag(SignatureProblems.Locked) => words.Of("There were too many wrong answers. For your protection this is locked until tomorrow. You can also call us.", "Hubo demasiadas respuestas incorrectas. Para protegerle, esto queda bloqueado hasta mañana. También puede llamarnos."),
        _ when problems.HasFlag(SignatureProblems.NetworkLocked) => words.Of("There were too many wrong answers from your network. Wait an hour and try again, or call us.", "Hubo demasiadas respuestas incorrectas desde su red. Espere una hora e inténtelo otra vez, o llámenos."),
        _ when problems.HasFlag(SignatureProblems.CannotAsk) => words.Of("We cannot check here that it is you, because our records lack what we would ask. Please call us.", "No podemos comprobar aquí que es usted, porque a nuestros registros les falta lo que preguntaríamos. Por favor, llámenos."),
        _ when problems.HasFlag(SignatureProblems.Identity) => words.Of("Date of birth or ZIP code is not as in our records.", "La fecha de nacimiento o el código postal no es como en nuestros registros."),
        _ => null,
    };

    private static Html Month(Words words, bool isWrong) => Part("month", words.Of("Month", "Mes"), "bday-month", 2, isWrong);

    private static Html Day(Words words, bool isWrong) => Part("day", words.Of("Day", "Día"), "bday-day", 2, isWrong);

    private static Html Part(string id, string label, string autocomplete, int length, bool isWrong) => Html.Of($"""
        <div><label for="{id}">{label}</label><input id="{id}" name="{id}" type="text" inputmode="numeric" autocomplete="{autocomplete}" maxlength="{length}" aria-describedby="birth-hint{(isWrong ? " birth-error" : "")}"{(isWrong ? new Html(" aria-invalid=\"true\"") : Html.Empty)}{(id == "year" ? new Html(" class=\"year\"") : Html.Empty)}></div>
        """);

    private static int Digits(string? text) => int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static Html Hint(FieldOf field) => field.Hint is null ? Html.Empty : Html.Of($"""<span class="hint" id="{field.Id}-hint">{field.Hint}</span>""");

    private static Html Error(Words words, FieldOf field) => field.Error is null ? Html.Empty : Html.Of($"""<span class="error" id="{field.Id}-error">{field.Error}</span>""");

    private static Html Described(FieldOf field)
    {
        var by = string.Join(' ', new[] { field.Hint is null ? null : $"{field.Id}-hint", field.Error is null ? field.ErrorId : $"{field.Id}-error" }.OfType<string>());
        return by.Length == 0 ? Html.Empty : Html.Of($""" aria-describedby="{by}" """);
    }
}
