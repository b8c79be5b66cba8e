using Sealpost.Audience;
using Sealpost.Patients;

namespace Sealpost.ForPatients;

/// <summary>Says to a patient what a rule looked at and what it found in the patient's own record; what it did not find there is about others. PHI.</summary>
internal static class PlainRule
{
    /// <summary>Kinds of data with what was found; words of the record as they are, the kinds in the patient's language.</summary>
    public static IReadOnlyList<(string Kind, string Found)> Of(AudienceQuery query, Chart chart, bool spanish)
    {
        List<(string Kind, string Found)> lines = [];
        foreach (var leaf in query.Leaves())
        {
            var (english, inSpanish, found) = Line(leaf, chart);
            var line = (spanish ? inSpanish : english, string.Join("; ", found.Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)));
            if (!lines.Contains(line) && (line.Item2.Length > 0 || !IsCoded(leaf)))
                lines.Add(line);
        }

        return lines;
    }

    private static bool IsCoded(AudienceQuery leaf) => leaf is CodedFact or LabIs or LabKnown;

    private static (string English, string Spanish, IEnumerable<string> Found) Line(AudienceQuery leaf, Chart chart) => leaf switch
    {
        AgeIs or AgeBetween => ("Your age", "Su edad", []),
        SexIs => ("The sex in your record", "El sexo en su expediente", [chart.Head.Sex ?? ""]),
        LanguageIs => ("Your language", "Su idioma", []),
        StateIn or ZipIn or NearZip => ("Where you live", "Dónde vive", []),
        CodedFact { Kind: CodedKind.Condition } fact => ("Conditions in your record", "Condiciones en su expediente", Names(chart, fact.Patterns, FactKind.Condition)),
        CodedFact { Kind: CodedKind.Medication } fact => ("Medicines in your record", "Medicamentos en su expediente", Names(chart, fact.Patterns, FactKind.MedicationRequest, FactKind.MedicationStatement)),
        CodedFact { Kind: CodedKind.Procedure } fact => ("Procedures in your record", "Procedimientos en su expediente", Names(chart, fact.Patterns, FactKind.Procedure)),
        CodedFact fact => ("Vaccinations in your record", "Vacunas en su expediente", Names(chart, fact.Patterns, FactKind.Immunization)),
        LabIs lab => ("Test results in your record", "Resultados de pruebas en su expediente", Names(chart, [lab.Code], FactKind.Observation)),
        LabKnown lab => ("Test results in your record", "Resultados de pruebas en su expediente", Names(chart, [lab.Code], FactKind.Observation)),
        EncounterWithin => ("Your past visits", "Sus visitas anteriores", []),
        AppointmentWithin => ("Your next appointments", "Sus próximas citas", []),
        PayerIs => ("Your health insurance", "Su seguro de salud", []),
        AuthorizationFor => ("An authorization that you signed", "Una autorización que usted firmó", []),
        _ => ("Messages you got before", "Mensajes que recibió antes", []),
    };

    private static IEnumerable<string> Names(Chart chart, IReadOnlyList<CodePattern> patterns, params FactKind[] kinds) =>
        chart.Facts.Where(fact => kinds.Contains(fact.Kind) && ReadView.Covers(patterns, fact))
            .Select(fact => fact.Codes.Select(code => code.Display).FirstOrDefault(display => !string.IsNullOrWhiteSpace(display)) ?? "");
}
