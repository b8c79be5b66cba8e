using System.Globalization;
using Sealpost.Patients;

namespace Sealpost.Audience;

/// <summary>Says part by part why a patient is in or out, and what the chart holds about it. PHI: for an audited read.</summary>
internal static class ExplainView
{
    private const int MostShown = 5;

    /// <summary>Depth first; the first line is the query as a whole, after lines on why nobody in this state is in any audience.</summary>
    public static IReadOnlyList<(string Part, bool Holds, string Seen)> Of(AudienceQuery query, PatientView view, QueryScope scope)
    {
        var lines = new List<(string, bool, string)>();
        if (!FactRules.MayBeIn(view.Chart.Head))
        {
            var head = view.Chart.Head;
            lines.Add(("any audience", false, head.Deceased ? "recorded as deceased" : head.ReplacedBy is not null ? "replaced by another record" : "record not in use"));
        }

        Add(query, view, scope, lines);
        return lines;
    }

    private static void Add(AudienceQuery query, PatientView view, QueryScope scope, List<(string, bool, string)> lines)
    {
        lines.Add((query.ToText(), ReadView.Holds(query, view, scope), Seen(query, view, scope)));
        IEnumerable<AudienceQuery> parts = query switch
        {
            AllOf all => all.Parts,
            AnyOf any => any.Parts,
            NoneOf none => [none.Part],
            _ => [],
        };
        foreach (var part in parts)
            Add(part, view, scope, lines);
    }

    private static string Seen(AudienceQuery query, PatientView view, QueryScope scope) => query switch
    {
        AllOf or AnyOf or NoneOf => "",
        AgeIs or AgeBetween => ReadView.AgeOn(view.Chart.Head, scope.AsOf) is { } age ? Text($"age {age} on {scope.AsOf:O}") : "no birth date, or born later",
        SexIs => view.Chart.Head.Sex ?? "not recorded",
        LanguageIs => view.Chart.Head.Language ?? "not recorded",
        StateIn or ZipIn or NearZip => List(ReadView.PlacesOn(view.Chart.Head, scope.AsOf).Select(place => $"{place.State} {FactRules.Zip(place)}".Trim())),
        CodedFact coded => Facts(view, fact => IsKind(coded.Kind, fact) && ReadView.Covers(coded.Patterns, fact), coded.Patterns),
        LabIs lab => ReadView.Latest(lab, view.Chart.Facts, scope.AsOf) is { } latest
            ? "latest: " + Describe(latest, [lab.Code])
            : Facts(view, fact => fact.Kind == FactKind.Observation && ReadView.Covers([lab.Code], fact), [lab.Code]),
        LabKnown lab => Facts(view, fact => fact.Kind == FactKind.Observation && ReadView.Covers([lab.Code], fact), [lab.Code]),
        EncounterWithin => Facts(view, fact => fact.Kind == FactKind.Encounter, []),
        AppointmentWithin => Facts(view, fact => fact.Kind == FactKind.Appointment, []),
        PayerIs => Facts(view, fact => fact.Kind == FactKind.Coverage, []),
        AuthorizationFor authorization => List(view.Authorizations.Where(given => given.Purpose == authorization.Purpose)
            .Select(given => Text($"from {given.From:O}") + (given.Until is { } until ? Text($" until {until:O}") : ""))),
        CampaignEvent campaign => List(view.Engagements
            .Where(event_ => scope.Campaigns.TryGetValue(campaign.Campaign, out var number) && number == event_.Campaign)
            .Select(event_ => Text($"{QueryText.Keyword(event_.Kind)} on {event_.On:O}"))),
        _ => "",
    };

    private static bool IsKind(CodedKind kind, Fact fact) => fact.Kind == kind switch
    {
        CodedKind.Condition => FactKind.Condition,
        CodedKind.Medication => FactKind.MedicationRequest,
        CodedKind.Procedure => FactKind.Procedure,
        _ => FactKind.Immunization,
    };

    private static string Facts(PatientView view, Func<Fact, bool> wanted, IReadOnlyCollection<CodePattern> codes) =>
        List(view.Chart.Facts.Where(wanted).OrderByDescending(fact => fact.On).Select(fact => Describe(fact, codes)));

    private static string Describe(Fact fact, IReadOnlyCollection<CodePattern> codes)
    {
        var code = fact.Codes.FirstOrDefault(code => codes.Any(pattern => pattern.MatchesKey(CodePattern.KeyOf(code.System, code.Code))));
        string?[] words =
        [
            code is null ? fact.Kind == FactKind.Coverage ? fact.Text : null : $"{code.System}:{code.Code}",
            code?.Display is { } display ? $"({display})" : null,
            fact.Value is { } value ? Text($"{value:R}") : null,
            fact.Unit,
            fact.On is { } on ? Text($"on {on:O}") : "without a date",
            fact.Until is { } until ? Text($"until {until:O}") : null,
            fact.Status,
            fact.Counts ? null : "(does not count)",
        ];
        return string.Join(' ', words.Where(word => !string.IsNullOrEmpty(word)));
    }

    private static string List(IEnumerable<string> items)
    {
        var all = items.ToList();
        return all.Count == 0 ? "nothing recorded"
            : string.Join("; ", all.Take(MostShown)) + (all.Count > MostShown ? Text($"; and {all.Count - MostShown} more") : "");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
