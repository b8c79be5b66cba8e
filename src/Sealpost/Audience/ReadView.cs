using Sealpost.Patients;

namespace Sealpost.Audience;

/// <summary>Decides queries on one patient's view, fact by fact. The index must agree with it.</summary>
internal static class ReadView
{
    public static bool Matches(AudienceQuery query, PatientView view, QueryScope scope) =>
        FactRules.MayBeIn(view.Chart.Head) && Holds(query, view, scope);

    /// <summary>Whether a part holds, whoever the patient is.</summary>
    public static bool Holds(AudienceQuery query, PatientView view, QueryScope scope) => query switch
    {
        AllOf all => all.Parts.All(part => Holds(part, view, scope)),
        AnyOf any => any.Parts.Any(part => Holds(part, view, scope)),
        NoneOf none => !Holds(none.Part, view, scope),
        CodedFact or LabIs or LabKnown or EncounterWithin or AppointmentWithin or PayerIs => HoldsFact(query, view, scope),
        AuthorizationFor authorization => view.Authorizations.Any(given => HoldsAuthorization(authorization, given, scope)),
        CampaignEvent campaign => HoldsEvent(campaign, view, scope),
        _ => HoldsPerson(query, view.Chart.Head, scope),
    };

    /// <summary>Whole years on a day, counted by calendar month and day; null before birth or where the birth date is unknown.</summary>
    public static int? AgeOn(ChartHead head, DateOnly day)
    {
        if (FactDay.Date(FactDay.Code(head.BirthDate)) is not { } birth || birth > day)
            return null;
        var hadBirthday = (day.Month, day.Day).CompareTo((birth.Month, birth.Day)) >= 0;
        return day.Year - birth.Year - (hadBirthday ? 0 : 1);
    }

    /// <summary>Whether a fact has a code that one of the patterns covers.</summary>
    public static bool Covers(IEnumerable<CodePattern> patterns, Fact fact) =>
        fact.Codes.Any(code => patterns.Any(pattern => pattern.MatchesKey(CodePattern.KeyOf(code.System, code.Code))));

    /// <summary>The result that decides a comparison: the latest in the window; of several on that day, the greatest.</summary>
    public static Fact? Latest(LabIs lab, IEnumerable<Fact> facts, DateOnly asOf) =>
        facts.Where(fact => FactRules.FamilyOf(fact) == FactFamily.Lab
                && Covers([lab.Code], fact)
                && FactRules.Value(fact) is not null
                && (lab.Unit is null || lab.Unit == fact.Unit)
                && Inside(fact, lab.Within, asOf))
            .MaxBy(fact => (FactDay.Code(fact.On), fact.Value));

    /// <summary>Addresses in use on a day.</summary>
    public static IEnumerable<PostalAddress> PlacesOn(ChartHead head, DateOnly day) =>
        FactRules.Places(head).Where(address => FactRules.HoldsOn(FactDay.Code(day), FactDay.None, FactDay.Code(address.EndsOn)));

    private static bool HoldsPerson(AudienceQuery query, ChartHead head, QueryScope scope) => query switch
    {
        AgeIs age => AgeOn(head, scope.AsOf) is { } years && FactRules.Holds(age.Is, years, age.Years),
        AgeBetween age => AgeOn(head, scope.AsOf) is { } years && years >= age.From && years <= age.To,
        SexIs sex => FactRules.Fold(head.Sex) == FactRules.Fold(sex.Sex),
        LanguageIs language => FactRules.Fold(head.Language) is { } tag && FactRules.IsLanguage(tag, language.Tag.ToUpperInvariant()),
        StateIn state => PlacesOn(head, scope.AsOf).Any(place => FactRules.Fold(place.State) is { } name && state.States.Contains(name)),
        ZipIn zip => PlacesOn(head, scope.AsOf).Any(place => FactRules.Zip(place) is { } digits && zip.Zips.Any(pattern => pattern.Matches(digits))),
        NearZip near => PlacesOn(head, scope.AsOf).Any(place => FactRules.Zip(place) is { } digits && ZipCentroids.IsWithin(near, digits)),
        _ => throw new InvalidOperationException("Unknown kind of query part."),
    };

    private static bool HoldsFact(AudienceQuery query, PatientView view, QueryScope scope)
    {
        var facts = view.Chart.Facts;
        return query switch
        {
            CodedFact coded => HoldsCoded(coded, facts, scope.AsOf),
            LabIs lab => Latest(lab, facts, scope.AsOf) is { } fact && FactRules.Holds(lab.Is, fact.Value!.Value, lab.Value),
            LabKnown lab => lab.Present == facts.Any(fact =>
                FactRules.FamilyOf(fact) == FactFamily.Lab && Covers([lab.Code], fact) && Inside(fact, lab.Within, scope.AsOf)),
            EncounterWithin encounter => facts.Any(fact =>
                FactRules.FamilyOf(fact) == FactFamily.Encounter && Inside(fact, encounter.Within, scope.AsOf)),
            AppointmentWithin appointment => facts.Any(fact => FactRules.FamilyOf(fact) == FactFamily.Appointment
                && FactDay.Inside(FactDay.Code(fact.On), FactDay.Code(scope.AsOf), FactDay.Code(LastDay(appointment, scope.AsOf)))),
            PayerIs payer => facts.Any(fact => FactRules.FamilyOf(fact) == FactFamily.Payer
                && FactRules.Fold(fact.Text) == FactRules.Fold(payer.Name)
                && FactRules.HoldsOn(FactDay.Code(scope.AsOf), FactDay.None, FactDay.Code(fact.Until))),
            _ => throw new InvalidOperationException("Unknown kind of query part."),
        };
    }

    private static bool HoldsCoded(CodedFact coded, IEnumerable<Fact> facts, DateOnly asOf)
    {
        var (now, past) = FactRules.FamiliesOf(coded);
        return facts.Any(fact => FactRules.FamilyOf(fact) is { } family && (family == now || family == past)
            && Covers(coded.Patterns, fact)
            && Inside(fact, coded.Within, asOf));
    }

    private static bool HoldsAuthorization(AuthorizationFor query, AuthorizedPurpose given, QueryScope scope) =>
        given.Purpose == query.Purpose && FactRules.HoldsOn(FactDay.Code(scope.AsOf), FactDay.Code(given.From), FactDay.Code(given.Until));

    private static bool HoldsEvent(CampaignEvent query, PatientView view, QueryScope scope) =>
        scope.Campaigns.TryGetValue(query.Campaign, out var number)
        && view.Engagements.Any(event_ => event_.Campaign == number && event_.Kind == query.Kind
            && (query.Within is null || Inside(FactDay.Code(event_.On), query.Within, scope.AsOf)));

    /// <summary>The last day of "within next N days"; both ends count.</summary>
    public static DateOnly LastDay(AppointmentWithin appointment, DateOnly asOf) =>
        DateOnly.MaxValue.DayNumber - asOf.DayNumber >= appointment.Days ? asOf.AddDays(appointment.Days) : DateOnly.MaxValue;

    private static bool Inside(Fact fact, Window? window, DateOnly asOf) => window is null || Inside(FactDay.Code(fact.On), window, asOf);

    private static bool Inside(ushort day, Window window, DateOnly asOf)
    {
        var (from, to) = window.Days(asOf);
        return FactDay.Inside(day, from, to);
    }
}
