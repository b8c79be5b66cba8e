namespace Sealpost.Audience;

/// <summary>An audience to start from.</summary>
/// <param name="Title">What it is for.</param>
/// <param name="Why">Why one would write to these patients.</param>
/// <param name="Text">The rule, in the audience language.</param>
internal sealed record AudienceTemplate(string Title, string Why, string Text);

/// <summary>Audiences that most organisations need sooner or later. Codes are those of the usual quality measures; a rule that an organisation's data do not meet says so when it is opened.</summary>
internal static class AudienceTemplates
{
    private const string Diabetes = "condition in (icd10:E10*, icd10:E11*, snomed:44054006, snomed:46635009)";

    public static IReadOnlyList<AudienceTemplate> All { get; } =
    [
        new("Diabetes, no HbA1c in 6 months", "A test is due; the result steers treatment.", Diabetes + " and lab loinc:4548-4 missing within 6 months"),
        new("Diabetes, HbA1c above 9 %", "Poor control: invite for a visit.", Diabetes + " and lab loinc:4548-4 > 9 '%' within 12 months"),
        new("Eye exam due", "People with diabetes need one every year.", Diabetes + " and not procedure in (cpt:92250, cpt:92227, cpt:92228, cpt:92134, snomed:274795007) within 12 months"),
        new("Flu shot due", "No influenza vaccine recorded in the last year.", "age >= 18 and not immunization in (cvx:88, cvx:135, cvx:140, cvx:141, cvx:149, cvx:150, cvx:158, cvx:161, cvx:185, cvx:186, cvx:197, cvx:205) within 12 months"),
        new("Mammogram due", "Women of 50 to 74, none recorded in two years.", "sex = female and age between 50 and 74 and not procedure in (cpt:77067, cpt:77066, cpt:77065, snomed:71651007, snomed:24623002) within 2 years"),
        new("Colorectal screening due", "45 to 75, no colonoscopy in ten years.", "age between 45 and 75 and not procedure in (cpt:45378, cpt:45380, cpt:45385, snomed:73761001) within 10 years"),
        new("Not seen for a year", "Invite for a check-up.", "age >= 18 and not encounter within 12 months"),
        new("Appointment in the next two weeks", "Reminders and preparation.", "appointment within next 14 days"),
    ];
}
