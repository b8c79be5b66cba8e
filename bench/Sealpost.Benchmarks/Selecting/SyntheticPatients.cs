using Sealpost.Audience;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Benchmarks.Selecting;

/// <summary>Patients with 30 facts each, the same in every run; a tenth have diabetes, with the drugs and results that go with it.</summary>
internal sealed class SyntheticPatients(IReadOnlyList<string> zips)
{
    public static readonly DateOnly Today = new(2026, 11, 24);

    private static readonly string[] States = ["MA", "NY", "CT", "RI", "NH", "VT", "ME", "NJ"];
    private static readonly string[] Payers = ["Aetna", "Blue Cross", "Medicaid", "Medicare"];

    private ulong _seed;

    /// <summary>The patient of a number.</summary>
    public PatientView Of(PatientNumber number)
    {
        _seed = unchecked(((ulong)number.Value + 1) * 0x9E3779B97F4A7C15);
        var diabetic = Below(10) == 0;
        var facts = new List<Fact>(30);
        for (var i = 0; i < 4; i++)
            facts.Add(Coded(FactKind.Condition, "icd10", i == 0 && diabetic ? "E11." + Below(10) : Condition(), 7_300, Below(3) > 0));
        for (var i = 0; i < 4; i++)
            facts.Add(Coded(FactKind.MedicationRequest, "rxnorm", i == 0 && diabetic ? "860975" : i == 1 && diabetic && Below(3) == 0 ? "274783" : (100_000 + Skewed(300)).ToString(Invariant), 1_500, Below(2) > 0));
        for (var i = 0; i < 9; i++)
            facts.Add(i < 3 && diabetic ? Lab("4548-4", 50 + Below(70)) : Lab(Skewed(40) + "-" + Below(1), Below(2_000)));
        for (var i = 0; i < 6; i++)
            facts.Add(Coded(FactKind.Encounter, "snomed", "185349003", 1_500, true));
        for (var i = 0; i < 3; i++)
            facts.Add(Coded(FactKind.Procedure, "cpt", (45_000 + Skewed(200)).ToString(Invariant), 5_000, true));
        for (var i = 0; i < 3; i++)
            facts.Add(Coded(FactKind.Immunization, "cvx", (130 + Skewed(20)).ToString(Invariant), 3_000, true));
        facts.Add(new Fact { Kind = FactKind.Coverage, Counts = true, Active = true, Text = Payers[Below(4)] });
        var head = new ChartHead
        {
            BirthDate = Today.AddDays(-Below(33_000)),
            Sex = Below(2) == 0 ? "female" : "male",
            Language = Below(8) == 0 ? "es" : "en-US",
            Deceased = Below(50) == 0,
            Addresses = [new PostalAddress { Use = "home", State = States[Below(8)], PostalCode = zips[Below(zips.Count)] }],
        };
        return new PatientView(new Chart(number, head, [new FactPage { Facts = facts }]), [], [new Engagement(1 + Below(20), EngagementKind.Received, Today.AddDays(-30))]);
    }

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private string Condition()
    {
        var code = Skewed(400);
        return code switch { 0 => "I10", 1 => "E78.5", _ => (char)('A' + (code % 26)) + (code / 10).ToString("00", Invariant) + "." + (code % 10).ToString(Invariant) };
    }

    private Fact Coded(FactKind kind, string system, string code, int days, bool active) => new()
    {
        Kind = kind,
        Codes = [new Concept { System = system, Code = code }],
        Counts = true,
        Active = active,
        On = Today.AddDays(-Below(days)),
        Status = "final",
    };

    private Fact Lab(string code, int tenths) => new()
    {
        Kind = FactKind.Observation,
        Codes = [new Concept { System = "loinc", Code = code }],
        Counts = true,
        On = Today.AddDays(-Below(1_500)),
        Value = tenths / 10.0,
        Unit = code == "4548-4" ? "%" : "mg/dL",
        Status = "final",
    };

    /// <summary>Few codes are common and many rare.</summary>
    private int Skewed(int count)
    {
        var part = Below(1_000_000) / 1_000_000.0;
        return (int)(count * part * part * part);
    }

    private int Below(int count)
    {
        unchecked
        {
            _seed ^= _seed << 13;
            _seed ^= _seed >> 7;
            _seed ^= _seed << 17;
            return (int)(_seed % (uint)count);
        }
    }
}
