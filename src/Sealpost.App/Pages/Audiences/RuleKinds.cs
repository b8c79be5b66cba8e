using Sealpost.Audience;

namespace Sealpost.App.Pages.Audiences;

/// <summary>Kinds of rules as the builder offers them: group, name, what it asks, in the order of use.</summary>
internal static class RuleKinds
{
    public static IReadOnlyList<(string Group, IReadOnlyList<(RuleKind Kind, string Name, string Icon)> Kinds)> Groups { get; } =
    [
        ("Person", [(RuleKind.Age, "Age", "clock"), (RuleKind.Sex, "Sex", "person"), (RuleKind.Language, "Language", "globe")]),
        ("Place", [(RuleKind.State, "State", "flag"), (RuleKind.Zip, "ZIP code", "pin"), (RuleKind.Near, "Distance", "pin")]),
        ("Health", [(RuleKind.Condition, "Condition", "heart"), (RuleKind.Medication, "Medication", "tag"), (RuleKind.Lab, "Lab result", "chart"), (RuleKind.Procedure, "Procedure", "list"), (RuleKind.Immunization, "Immunization", "shield")]),
        ("Visits", [(RuleKind.Encounter, "Seen", "check"), (RuleKind.Appointment, "Appointment", "clock")]),
        ("Coverage and consent", [(RuleKind.Payer, "Payer", "building"), (RuleKind.Authorization, "Authorization", "lock")]),
        ("Messages", [(RuleKind.Campaign, "Earlier campaign", "send")]),
    ];

    public static string Name(RuleKind kind) => Groups.SelectMany(group => group.Kinds).First(one => one.Kind == kind).Name;

    public static bool HasWindow(RuleKind kind) => kind is RuleKind.Condition or RuleKind.Medication or RuleKind.Lab or RuleKind.Procedure or RuleKind.Immunization or RuleKind.Encounter or RuleKind.Campaign;

    public static bool HasCodes(RuleKind kind) => kind is RuleKind.Condition or RuleKind.Medication or RuleKind.Lab or RuleKind.Procedure or RuleKind.Immunization;
}
