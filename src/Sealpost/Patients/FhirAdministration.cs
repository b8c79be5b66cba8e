using System.Globalization;
using Hl7.Fhir.Model;
using FhirConsent = Hl7.Fhir.Model.Consent;

namespace Sealpost.Patients;

/// <summary>Maps Appointment, Coverage and Consent.</summary>
internal static class FhirAdministration
{
    private static readonly string[] RestrictionPolicies = ["hipaa-restrictions", "hipaa-self-pay"];

    public static Fact Map(Appointment appointment, Appointment.ParticipantComponent participant, Fact stub)
    {
        var status = appointment.StatusElement.Text();
        var answer = participant.StatusElement.Text();
        var concepts = appointment.ServiceType.SelectMany(type => type.Concepts()).Concat(appointment.AppointmentType.Concepts());
        return stub with
        {
            Codes = [.. concepts],
            Status = answer is null ? status ?? "" : $"{status}/{answer}",
            Counts = status is "booked" or "pending" or "arrived" or "checked-in" or "fulfilled" && answer != "declined",
            On = appointment.StartElement.Date(),
            Until = FhirPeriods.LastDay(appointment.EndElement),
            At = appointment.StartElement.Instant(),
            Text = appointment.DescriptionElement.Text() ?? appointment.ServiceType.Select(type => type.Words()).FirstOrDefault(words => words is not null),
        };
    }

    /// <summary>One fact per payer, and the Organization the first one still needs for its name.</summary>
    public static (IReadOnlyList<Fact> Facts, string? Pending) Map(Coverage coverage, Fact stub, FhirReferences references)
    {
        var status = coverage.StatusElement.Text();
        var basis = stub with
        {
            Codes = coverage.Type.Concepts(),
            Status = status ?? "",
            Counts = status is "active" or "cancelled",
            Active = status == "active",
            On = coverage.Period?.StartElement.Date(),
            Until = FhirPeriods.LastDay(coverage.Period?.EndElement),
        };
        List<Fact> facts = [];
        string? pending = null;
        foreach (var payer in coverage.Payor)
        {
            var target = references.Resolve(payer);
            var name = payer.DisplayElement.Text() ?? Contained(coverage, target);
            if (name is null && facts.Count == 0 && target?.StartsWith("Organization/", StringComparison.Ordinal) == true)
                pending = target;
            var id = facts.Count == 0 ? stub.SourceId : stub.SourceId + "#" + facts.Count.ToString(CultureInfo.InvariantCulture);
            facts.Add(basis with { SourceId = id, Text = name ?? target });
        }

        return (facts.Count == 0 ? [basis] : facts, pending);
    }

    public static Fact Map(FhirConsent consent, Fact stub)
    {
        var status = consent.StatusElement.Text();
        var kind = consent.Provision?.TypeElement.Text();
        var concepts = consent.Category.SelectMany(category => category.Concepts())
            .Concat(consent.PolicyRule.Concepts())
            .Concat(consent.Scope.Concepts())
            .Concat(consent.Provision?.Purpose.Select(FhirValues.Concept).OfType<Concept>() ?? []);
        return stub with
        {
            Codes = [.. concepts],
            Status = kind is null ? status ?? "" : $"{status}/{kind}",
            Counts = status == "active",
            Active = status == "active",
            On = consent.DateTimeElement.Date(),
            Until = FhirPeriods.LastDay(consent.Provision?.Period?.EndElement),
            Text = consent.PolicyRule.Words() ?? consent.PolicyRule.Code() ?? consent.Category.Select(category => category.Words()).FirstOrDefault(words => words is not null),
        };
    }

    /// <summary>A restriction or self-pay request on file at the source. 45 CFR 164.522(a).</summary>
    public static bool IsRestriction(Fact fact) =>
        fact is { Kind: FactKind.Consent, Active: true } && fact.Codes.Any(code => RestrictionPolicies.Contains(code.Code, StringComparer.Ordinal));

    private static string? Contained(Coverage coverage, string? target) =>
        target is null || !target.StartsWith('#') ? null : coverage.Contained.OfType<Organization>().FirstOrDefault(inner => inner.IdElement.Text() is { } id && target[1..] == id)?.NameElement.Text();
}
