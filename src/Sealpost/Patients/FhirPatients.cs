using Hl7.Fhir.Model;

namespace Sealpost.Patients;

/// <summary>Maps Patient to the head of a chart, and RelatedPerson.</summary>
internal sealed class FhirPatients(string source, DateOnly today, ImportTally tally, FhirEntry entry)
{
    private const string AnimalExtension = "http://hl7.org/fhir/StructureDefinition/patient-animal";

    private static readonly string[] SexExtensions =
    [
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-individual-sex",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-sex",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
    ];

    public static bool IsAnimal(Patient patient) => patient.Extension.Exists(extension => extension.Url == AnimalExtension);

    public ChartHead Head(Patient patient, string id)
    {
        var birthDate = patient.BirthDateElement.Date();
        if (birthDate is null && patient.BirthDateElement?.JsonValue is not null && !patient.BirthDateElement.IsAbsent())
            tally.Remark(entry.Place, "Patient", ImportReason.ElementIgnored, "Patient.birthDate");
        return new ChartHead
        {
            SourceIds = [new Identifier { System = source, Value = id }],
            Identifiers = [.. patient.Identifier.Select(Map).OfType<Identifier>().Distinct()],
            Names = [.. patient.Name.Select(Map).OfType<PersonName>()],
            BirthDate = birthDate,
            Sex = Sex(patient),
            Deceased = IsDeceased(patient.Deceased),
            Addresses = [.. patient.Address.Select(Map).OfType<PostalAddress>()],
            ContactPoints = [.. patient.Telecom.Select(Map).OfType<ContactPoint>()],
            Language = Language(patient),
            Active = patient.ActiveElement.Flag() ?? true,
            ReplacedBy = Others(patient, "replaced-by").FirstOrDefault(other => other != id),
        };
    }

    /// <summary>Pairs of a record merged away and its survivor; <c>refer</c> and <c>seealso</c> are other records about the same person and merge nothing.</summary>
    public IEnumerable<(string MergedAway, string Survivor)> Links(Patient patient, string id) =>
        Others(patient, "replaced-by").Take(1).Select(survivor => (id, survivor))
            .Concat(Others(patient, "replaces").Select(mergedAway => (mergedAway, id)));

    public RelatedPerson? Related(Hl7.Fhir.Model.RelatedPerson related, string id) =>
        related.ActiveElement.Flag() == false || FhirPeriods.Ended(related.Period, today)
            ? null
            : new RelatedPerson
            {
                SourceId = id,
                Relationship = related.Relationship.Select(relationship => relationship.Code() ?? relationship.Words()).FirstOrDefault(code => code is not null),
                Name = related.Name.Select(Map).FirstOrDefault(name => name is not null),
                ContactPoints = [.. related.Telecom.Select(Map).OfType<ContactPoint>()],
            };

    // A death whose date is unknown or masked is a death all the same.
    private static bool IsDeceased(DataType? deceased) => deceased switch
    {
        FhirBoolean flag => flag.Flag() == true,
        FhirDateTime => true,
        _ => false,
    };

    private static string? Sex(Patient patient)
    {
        if (patient.GenderElement.Text() is { } gender)
            return gender is "female" or "male" or "other" or "unknown" ? gender : null;

        // US Core 9 no longer requires gender and puts the sex into an extension.
        foreach (var url in SexExtensions)
        {
            var value = patient.Extension.Find(extension => extension.Url == url)?.Value;
            var code = value switch
            {
                Coding coding => FhirValues.Concept(coding)?.Code,
                PrimitiveType primitive => primitive.Text(),
                _ => null,
            };
            if (code is "F" or "248152002")
                return "female";
            if (code is "M" or "248153007")
                return "male";
        }

        return null;
    }

    private static string? Language(Patient patient)
    {
        var spoken = patient.Communication.Find(communication => communication.PreferredElement.Flag() == true && communication.Language.Code() is not null)
            ?? patient.Communication.Find(communication => communication.Language.Code() is not null);
        return spoken?.Language.Code();
    }

    private static Identifier? Map(Hl7.Fhir.Model.Identifier identifier) =>
        identifier.IsAbsent() || identifier.ValueElement.Text() is not { } value
            ? null
            : new Identifier { System = identifier.SystemElement.Text() ?? "", Value = value, Type = identifier.Type.Code() };

    private PersonName? Map(HumanName name)
    {
        if (name.IsAbsent())
            return null;
        var mapped = new PersonName
        {
            Use = FhirPeriods.Ended(name.Period, today) ? "old" : name.UseElement.Text(),
            Family = name.FamilyElement.Text(),
            Given = [.. name.GivenElement.Select(given => given.Text()).OfType<string>()],
            Prefix = name.PrefixElement.Select(prefix => prefix.Text()).FirstOrDefault(prefix => prefix is not null),
            Text = name.TextElement.Text(),
        };
        return mapped is { Family: null, Given.Count: 0, Text: null } ? null : mapped;
    }

    private PostalAddress? Map(Address address)
    {
        if (address.IsAbsent())
            return null;
        var country = address.CountryElement.Text();
        var mapped = new PostalAddress
        {
            Use = address.UseElement.Text(),
            Lines = [.. address.LineElement.Select(line => line.Text()).OfType<string>()],
            City = address.CityElement.Text(),
            State = UsStates.Code(address.StateElement.Text(), country),
            PostalCode = address.PostalCodeElement.Text(),
            Country = country,
            EndsOn = FhirPeriods.LastDay(address.Period?.EndElement),
        };
        return mapped is { Lines.Count: 0, City: null, State: null, PostalCode: null } ? null : mapped;
    }

    private ContactPoint? Map(Hl7.Fhir.Model.ContactPoint telecom)
    {
        if (telecom.IsAbsent() || telecom.ValueElement.Text() is not { } value)
            return null;
        if (value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            value = value["mailto:".Length..];
        var kind = telecom.SystemElement.Text() ?? (EmailAddress.Normalise(value) is null ? "other" : "email");
        if (kind == "email" && EmailAddress.Normalise(value) is null)
            tally.Remark(entry.Place, "Patient", ImportReason.BadMailbox, "telecom.value");
        return new ContactPoint
        {
            Kind = kind,
            Value = value,
            Use = telecom.UseElement.Text(),
            Rank = telecom.RankElement.Whole() is > 0 and { } rank ? rank : null,
            StartsOn = telecom.Period?.StartElement.Date(),
            EndsOn = FhirPeriods.LastDay(telecom.Period?.EndElement),
            Source = source,
        };
    }

    private IEnumerable<string> Others(Patient patient, string type) =>
        patient.Link.Where(link => link.TypeElement.Text() == type).Select(link => entry.References.Patient(link.Other)).OfType<string>();
}
