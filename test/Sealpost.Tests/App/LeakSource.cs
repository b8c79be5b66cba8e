using System.Globalization;
using System.Text.RegularExpressions;

namespace Sealpost.Tests.App;

/// <summary>Made-up patients with a word planted in every field. Planted words contain "zq"; numbers, dates and codes are listed.</summary>
internal static partial class LeakSource
{
    public const string Icd10 = "T63.611A";
    public const string Snomed = "12246311000119109";
    public const string RxNorm = "2374768915";

    /// <summary>Patients a to e, a resource a line: a takes mail, b's host refuses it, c's host defers it, d opts out, e has a confidential address.</summary>
    public static string Ndjson { get; } = string.Concat(Enumerable.Range(0, 5).Select(Patient).Select(OneLineEach));

    /// <summary>Patient f, by CSV.</summary>
    public static string Csv { get; } = $"""
        mrn,family,given,dob,sex,street,city,state,zip,email,phone,dx,payer,visit,place
        7731000599,zqfamilyf,zqgivenf,1951-03-16,F,16 Zqstreetf Lane,Zqcityf,MA,01103,zqmailf@zqdomainf.example,617-555-0106,{Icd10},zqpayerf,2099-05-06,zqclinicf
        """;

    public const string CsvMap = """
        source: zqportal
        create: true
        match:
          - {column: mrn, system: "http://clinic.example/mrn"}
        identifiers:
          - {column: mrn, system: "http://clinic.example/mrn", type: MR}
        name: {family: family, given: given}
        birthDate: {column: dob}
        sex: {column: sex, values: {F: female}}
        address: {use: home, lines: [street], city: city, state: state, postalCode: zip}
        contacts:
          - {kind: email, column: email, use: home, rank: 1, verified: true}
          - {kind: phone, column: phone, use: mobile}
        facts:
          - {kind: condition, column: dx, system: icd10}
          - {kind: coverage, text: payer}
          - {kind: appointment, date: {column: visit}, text: place}
        """;

    /// <summary>A clinical campaign whose every part is planted.</summary>
    public const string Campaign = $$$"""
        name: zqcampaign-follow-up
        purpose: TREATMENT
        remuneration: none
        from: Green Valley Clinic <care@mail.greenvalley.test>
        subject: "{{ patient.given_name }}, zqsubject for you"
        preheader: zqpreheader for you
        audience: condition in (icd10:{{{Icd10}}}) or condition in (snomed:{{{Snomed}}}) or medication in (rxnorm:{{{RxNorm}}})
        html: body.md
        """;

    public const string Body = """
        # Hello {{ patient.given_name }} {{ patient.family_name }} of {{ patient.street }},

        zqbodyword: {% for one in conditions %}{{ one.name | default: "it" }} {{ one.code }} {% endfor %}
        """;

    /// <summary>A draft with a file; the file's name and content are planted.</summary>
    public const string CampaignWithFile = """
        name: zqpapers
        purpose: TREATMENT
        remuneration: none
        from: Green Valley Clinic <care@mail.greenvalley.test>
        subject: A message from your clinic
        audience: age > 149
        html: body.md
        files: [zqfilename.txt]
        """;

    public const string FileText = "zqfileword for everybody\n";

    public const string Authorization = """
        purposes: [MARKETING]
        information: My name and email address, zqinformation
        disclosers: [zqdiscloser]
        recipients: [zqrecipient]
        expiresOn: 2099-12-31
        signedOn: 2026-01-02
        signature: electronic
        representativeAuthority: zqauthority
        states: [revocation, no-conditioning, redisclosure]
        standalone: true
        plainLanguage: true
        copyGivenOn: 2026-01-02
        documentSha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        """;

    public const string ConfidentialAddress = "zqsafee@zqhavene.example";

    /// <summary>What says something about a patient.</summary>
    public static IReadOnlyList<string> OfPatients { get; } = [.. Planted(Ndjson), .. Planted(Csv), .. Planted(CsvMap), .. Planted(Authorization), .. Planted(ConfidentialAddress), .. Numbers(), Icd10, Snomed, RxNorm];

    /// <summary>The same and what a campaign says.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfPatients, .. Planted(Campaign), .. Planted(Body), .. Planted(CampaignWithFile), .. Planted(FileText), "zqaudience", "zqreason"];

    private static IEnumerable<string> Numbers()
    {
        for (var i = 0; i < 6; i++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"1951-03-1{i + 1}");
            yield return string.Create(CultureInfo.InvariantCulture, $"617-555-010{i + 1}");
            yield return string.Create(CultureInfo.InvariantCulture, $"617555010{i + 1}");
            yield return string.Create(CultureInfo.InvariantCulture, $"773100059{i + 4}");
        }

        for (var i = 0; i < 5; i++)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"987-65-432{i}");
            yield return string.Create(CultureInfo.InvariantCulture, $"98765432{i}");
        }
    }

    private static IEnumerable<string> Planted(string text) => PlantedWord().Matches(text).Select(match => match.Value).Distinct(StringComparer.OrdinalIgnoreCase);

    private static string OneLineEach(string resources) =>
        string.Concat(resources.Split("\n\n").Select(resource => resource.ReplaceLineEndings(" ") + "\n"));

    private static string Patient(int number)
    {
        var l = (char)('a' + number);
        var mailbox = l switch { 'b' => "550.", 'c' => "temperror.", _ => "" } + $"zqmail{l}@zqdomain{l}.example";
        var n = (number + 1).ToString(CultureInfo.InvariantCulture);
        return Template.Replace("LETTER", l.ToString(), StringComparison.Ordinal).Replace("MAILBOX", mailbox, StringComparison.Ordinal)
            .Replace("DIGIT", n, StringComparison.Ordinal).Replace("MRN", "773100059" + (number + 4).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("SSN", "987-65-432" + number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [GeneratedRegex("[a-z0-9]*zq[a-z0-9]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex PlantedWord();

    private const string Template = $$$"""
        {"resourceType":"Patient","id":"zqid-LETTER","active":true,"gender":"female","birthDate":"1951-03-1DIGIT",
        "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">zqnarrativeLETTER</div>"},
        "identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":"http://clinic.example/mrn","value":"MRN"},
        {"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"SS"}]},"system":"http://hl7.org/fhir/sid/us-ssn","value":"SSN"},
        {"system":"http://licence.example","value":"zqlicenceLETTER"}],
        "name":[{"use":"official","family":"zqfamilyLETTER","given":["zqgivenLETTER","zqmiddleLETTER"],"prefix":["zqprefixLETTER"],"text":"zqwholenameLETTER"},{"use":"maiden","family":"zqmaidenLETTER"}],
        "telecom":[{"system":"email","value":"MAILBOX","use":"home"},{"system":"phone","value":"617-555-010DIGIT","use":"mobile"}],
        "address":[{"use":"home","line":["1DIGIT Zqstreet LETTER Zqroad","zqflatLETTER"],"city":"zqcityLETTER","district":"zqcountyLETTER","state":"MA","postalCode":"01103","country":"US","text":"zqaddresstextLETTER"}],
        "contact":[{"name":{"family":"zqcontactLETTER"},"telecom":[{"system":"email","value":"zqcontactmailLETTER@zqcontacthost.example"}]}],
        "communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"en"}],"text":"zqlanguageLETTER"}}],
        "generalPractitioner":[{"display":"zqdoctorLETTER"}]}

        {"resourceType":"RelatedPerson","id":"zqrelatedid-LETTER","active":true,"patient":{"reference":"Patient/zqid-LETTER"},"relationship":[{"text":"zqrelationshipLETTER"}],
        "name":[{"family":"zqkinLETTER","given":["zqkingivenLETTER"]}],"telecom":[{"system":"email","value":"zqkinmailLETTER@zqkinhost.example"}]}

        {"resourceType":"Condition","id":"zqconditionid-LETTER","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
        "verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},
        "code":{"coding":[{"system":"http://snomed.info/sct","code":"{{{Snomed}}}","display":"zqsnomeddisplay"},{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"{{{Icd10}}}","display":"zqicddisplay"}],"text":"zqconditiontext"},
        "subject":{"reference":"Patient/zqid-LETTER","display":"zqsubjectdisplayLETTER"},"onsetDateTime":"2024-05-06","note":[{"text":"zqconditionnoteLETTER"}]}

        {"resourceType":"MedicationRequest","id":"zqmedicationid-LETTER","status":"active","intent":"order","medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{{{RxNorm}}}","display":"zqdrugdisplay"}],"text":"zqdrugtext"},
        "subject":{"reference":"Patient/zqid-LETTER"},"authoredOn":"2024-05-06","dosageInstruction":[{"text":"zqdosageLETTER"}],"note":[{"text":"zqmedicationnoteLETTER"}]}

        {"resourceType":"Observation","id":"zqobservationid-LETTER","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"zqlabdisplay"}]},"subject":{"reference":"Patient/zqid-LETTER"},
        "effectiveDateTime":"2024-05-06","valueString":"zqresultLETTER","note":[{"text":"zqlabnoteLETTER"}]}

        {"resourceType":"Encounter","id":"zqencounterid-LETTER","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"type":[{"text":"zqencounterLETTER"}],
        "subject":{"reference":"Patient/zqid-LETTER"},"period":{"start":"2024-05-06"},"reasonCode":[{"text":"zqreasonLETTER"}]}

        {"resourceType":"Procedure","id":"zqprocedureid-LETTER","status":"completed","code":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"99070","display":"zqprocedure"}]},"subject":{"reference":"Patient/zqid-LETTER"},"performedDateTime":"2024-05-06"}

        {"resourceType":"Immunization","id":"zqimmunizationid-LETTER","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140","display":"zqvaccine"}]},"patient":{"reference":"Patient/zqid-LETTER"},"occurrenceDateTime":"2024-05-06","lotNumber":"zqlotLETTER"}

        {"resourceType":"Appointment","id":"zqappointmentid-LETTER","status":"booked","description":"zqappointmentLETTER","comment":"zqcommentLETTER","start":"2099-05-06T09:00:00-05:00","end":"2099-05-06T09:30:00-05:00",
        "participant":[{"actor":{"reference":"Patient/zqid-LETTER"},"status":"accepted"}]}

        {"resourceType":"Coverage","id":"zqcoverageid-LETTER","status":"active","subscriberId":"zqsubscriberLETTER","beneficiary":{"reference":"Patient/zqid-LETTER"},"payor":[{"display":"zqpayerLETTER"}]}
        """;
}
