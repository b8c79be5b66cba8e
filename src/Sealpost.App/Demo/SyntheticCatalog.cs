namespace Sealpost.App.Demo;

/// <summary>A code with its system and display.</summary>
internal sealed record SyntheticCode(string System, string Code, string Display);

/// <summary>A laboratory test: LOINC code, UCUM unit and the results it usually has.</summary>
internal sealed record SyntheticLab(SyntheticCode Code, string Unit, double Mean, double Deviation, double Least, double Most, int Decimals);

/// <summary>A condition with the ages it comes at and the drugs and tests that go with it.</summary>
/// <param name="Key">Short name within the catalog.</param>
/// <param name="Snomed">SNOMED CT code.</param>
/// <param name="Icd10">ICD-10-CM code.</param>
/// <param name="FromAge">Youngest age.</param>
/// <param name="ToAge">Oldest age.</param>
/// <param name="Rare">Share of people who have it at the youngest age.</param>
/// <param name="Common">Share at the oldest age; between the two it grows evenly.</param>
internal sealed record SyntheticCondition(string Key, SyntheticCode Snomed, SyntheticCode Icd10, int FromAge, int ToAge, double Rare, double Common)
{
    /// <summary>Only women or only men have it.</summary>
    public string? Sex { get; init; }

    /// <summary>A condition that excludes this one.</summary>
    public string? Unless { get; init; }

    /// <summary>A condition without which this one does not come.</summary>
    public string? Only { get; init; }

    /// <summary>Drugs, one or two of which are prescribed.</summary>
    public IReadOnlyList<SyntheticCode> Drugs { get; init; } = [];

    /// <summary>Tests at follow-up visits.</summary>
    public IReadOnlyList<SyntheticLab> Labs { get; init; } = [];

    /// <summary>Share of people of an age who have it.</summary>
    public double ShareAt(int age) =>
        age < FromAge || age > ToAge ? 0 : Rare + ((Common - Rare) * (age - FromAge) / Math.Max(1, ToAge - FromAge));
}

/// <summary>The conditions, drugs, tests and vaccines of the synthetic patients. Prevalences are rough; nothing here is epidemiology.</summary>
internal static class SyntheticCatalog
{
    private const string SnomedUri = "http://snomed.info/sct";
    private const string Icd10Uri = "http://hl7.org/fhir/sid/icd-10-cm";
    private const string RxNormUri = "http://www.nlm.nih.gov/research/umls/rxnorm";
    private const string LoincUri = "http://loinc.org";
    private const string CvxUri = "http://hl7.org/fhir/sid/cvx";

    private static readonly SyntheticLab A1c = Lab("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 7.4, 1.2, 5.8, 12.5, 1);
    private static readonly SyntheticLab Egfr = Lab("33914-3", "Glomerular filtration rate/1.73 sq M.predicted", "mL/min/{1.73_m2}", 78, 12, 60, 110, 0);
    private static readonly SyntheticCode Metformin = Rx("860975", "24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet");
    private static readonly SyntheticCode Albuterol = Rx("745679", "200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler");
    private static readonly SyntheticCode FluticasoneSalmeterol = Rx("896209", "60 ACTUAT Fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler");
    private static readonly SyntheticCode Ibuprofen = Rx("310965", "Ibuprofen 200 MG Oral Tablet");
    private static readonly SyntheticCode Metoprolol = Rx("866412", "24 HR metoprolol succinate 100 MG Extended Release Oral Tablet");

    /// <summary>Diabetes: its patients carry the demo's main campaign.</summary>
    public static readonly SyntheticCondition Diabetes = new("diabetes", Sct("44054006", "Diabetes mellitus type 2"), Icd("E11.9", "Type 2 diabetes mellitus without complications"), 28, 95, 0.03, 0.27)
    {
        Drugs = [Metformin, Rx("310490", "glipizide 5 MG Oral Tablet"), Rx("311041", "insulin glargine 100 UNT/ML Injectable Solution")],
        Labs = [A1c, Lab("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 148, 30, 85, 320, 0), Lab("14959-1", "Microalbumin/Creatinine [Mass Ratio] in Urine", "mg/g{creat}", 24, 14, 4, 290, 0)],
    };

    /// <summary>All conditions, those that others depend on first.</summary>
    public static readonly IReadOnlyList<SyntheticCondition> Conditions =
    [
        Diabetes,
        new("prediabetes", Sct("15777000", "Prediabetes"), Icd("R73.03", "Prediabetes"), 30, 85, 0.06, 0.22) { Unless = "diabetes", Labs = [A1c with { Mean = 6.0, Deviation = 0.18, Least = 5.7, Most = 6.4 }] },
        new("retinopathy", Sct("422034002", "Diabetic retinopathy associated with type II diabetes mellitus"), Icd("E11.319", "Type 2 diabetes mellitus with unspecified diabetic retinopathy without macular edema"), 40, 95, 0.08, 0.2) { Only = "diabetes" },
        new("hypertension", Sct("59621000", "Essential hypertension"), Icd("I10", "Essential (primary) hypertension"), 25, 95, 0.06, 0.68) { Drugs = [Rx("314076", "lisinopril 10 MG Oral Tablet"), Rx("197361", "Amlodipine 5 MG Oral Tablet"), Rx("310798", "Hydrochlorothiazide 25 MG Oral Tablet")], Labs = [Lab("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.95, 0.15, 0.5, 1.3, 2)] },
        new("hyperlipidemia", Sct("55822004", "Hyperlipidemia"), Icd("E78.5", "Hyperlipidemia, unspecified"), 30, 95, 0.1, 0.5)
        {
            Drugs = [Rx("617310", "atorvastatin 20 MG Oral Tablet"), Rx("312961", "simvastatin 20 MG Oral Tablet"), Rx("259255", "Atorvastatin 80 MG Oral Tablet")],
            Labs = [Lab("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", 214, 28, 130, 320, 0), Lab("13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", "mg/dL", 132, 24, 60, 220, 0), Lab("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", 48, 9, 26, 85, 0)],
        },
        new("kidney", Sct("433144002", "Chronic kidney disease stage 3"), Icd("N18.30", "Chronic kidney disease, stage 3 unspecified"), 55, 95, 0.03, 0.16) { Labs = [Egfr with { Mean = 46, Deviation = 7, Least = 30, Most = 59 }] },
        new("coronary", Sct("53741008", "Coronary arteriosclerosis"), Icd("I25.10", "Atherosclerotic heart disease of native coronary artery without angina pectoris"), 50, 95, 0.03, 0.22) { Drugs = [Rx("243670", "aspirin 81 MG Oral Tablet"), Metoprolol, Rx("309362", "Clopidogrel 75 MG Oral Tablet")] },
        new("fibrillation", Sct("49436004", "Atrial fibrillation"), Icd("I48.91", "Unspecified atrial fibrillation"), 60, 95, 0.02, 0.14) { Drugs = [Rx("1364445", "apixaban 5 MG Oral Tablet"), Metoprolol] },
        new("heart-failure", Sct("84114007", "Heart failure"), Icd("I50.9", "Heart failure, unspecified"), 62, 95, 0.01, 0.12) { Drugs = [Rx("313988", "Furosemide 40 MG Oral Tablet")] },
        new("asthma", Sct("195967001", "Asthma"), Icd("J45.909", "Unspecified asthma, uncomplicated"), 5, 80, 0.1, 0.06) { Drugs = [Albuterol, FluticasoneSalmeterol] },
        new("copd", Sct("13645005", "Chronic obstructive lung disease"), Icd("J44.9", "Chronic obstructive pulmonary disease, unspecified"), 50, 95, 0.03, 0.13) { Unless = "asthma", Drugs = [FluticasoneSalmeterol, Albuterol] },
        new("thyroid", Sct("40930008", "Hypothyroidism"), Icd("E03.9", "Hypothyroidism, unspecified"), 25, 95, 0.03, 0.11) { Drugs = [Rx("966222", "Levothyroxine Sodium 0.075 MG Oral Tablet"), Rx("892246", "Levothyroxine Sodium 0.1 MG Oral Tablet")], Labs = [Lab("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", 3.1, 1.2, 0.4, 9.5, 2)] },
        new("knee", Sct("239873007", "Osteoarthritis of knee"), Icd("M17.9", "Osteoarthritis of knee, unspecified"), 45, 95, 0.05, 0.28) { Drugs = [Rx("313782", "Acetaminophen 325 MG Oral Tablet"), Ibuprofen] },
        new("osteoporosis", Sct("64859006", "Osteoporosis"), Icd("M81.0", "Age-related osteoporosis without current pathological fracture"), 60, 95, 0.12, 0.32) { Sex = "female", Drugs = [Rx("904419", "Alendronic acid 10 MG Oral Tablet")] },
        new("prostate", Sct("266569009", "Benign prostatic hyperplasia"), Icd("N40.0", "Benign prostatic hyperplasia without lower urinary tract symptoms"), 50, 95, 0.1, 0.45) { Sex = "male", Drugs = [Rx("863669", "tamsulosin hydrochloride 0.4 MG Oral Capsule")] },
        new("reflux", Sct("235595009", "Gastroesophageal reflux disease"), Icd("K21.9", "Gastro-esophageal reflux disease without esophagitis"), 20, 90, 0.07, 0.18) { Drugs = [Rx("198051", "omeprazole 20 MG Delayed Release Oral Capsule")] },
        new("hay-fever", Sct("367498001", "Seasonal allergic rhinitis"), Icd("J30.2", "Other seasonal allergic rhinitis"), 4, 80, 0.14, 0.08) { Drugs = [Rx("311372", "loratadine 10 MG Oral Tablet"), Rx("1014678", "cetirizine hydrochloride 10 MG Oral Tablet")] },
        new("obesity", Sct("162864005", "Body mass index 30+ - obesity"), Icd("E66.9", "Obesity, unspecified"), 16, 85, 0.18, 0.3),
        new("gout", Sct("90560007", "Gout"), Icd("M10.9", "Gout, unspecified"), 40, 90, 0.02, 0.09) { Sex = "male", Drugs = [Rx("197319", "allopurinol 100 MG Oral Tablet")], Labs = [Lab("3084-1", "Urate [Mass/volume] in Serum or Plasma", "mg/dL", 7.1, 1.1, 4, 11, 1)] },
        new("anemia", Sct("271737000", "Anemia"), Icd("D64.9", "Anemia, unspecified"), 14, 90, 0.03, 0.1) { Drugs = [Rx("310325", "ferrous sulfate 325 MG Oral Tablet")], Labs = [Lab("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 10.9, 0.8, 8.2, 12.4, 1)] },
        new("migraine", Sct("37796009", "Migraine"), Icd("G43.909", "Migraine, unspecified, not intractable, without status migrainosus"), 14, 60, 0.1, 0.05) { Drugs = [Ibuprofen] },
        new("eczema", Sct("24079001", "Atopic dermatitis"), Icd("L20.9", "Atopic dermatitis, unspecified"), 1, 20, 0.16, 0.06) { Drugs = [Rx("106258", "Hydrocortisone 10 MG/ML Topical Cream")] },
        new("depression", Sct("370143000", "Major depressive disorder"), Icd("F32.9", "Major depressive disorder, single episode, unspecified"), 15, 80, 0.09, 0.06) { Drugs = [Rx("312941", "sertraline 50 MG Oral Tablet")], Labs = [Lab("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]", "{score}", 11, 4, 3, 25, 0)] },
        new("anxiety", Sct("21897009", "Generalized anxiety disorder"), Icd("F41.1", "Generalized anxiety disorder"), 16, 75, 0.07, 0.04) { Unless = "depression", Drugs = [Rx("349332", "escitalopram 10 MG Oral Tablet")] },
        new("alcohol", Sct("7200002", "Alcoholism"), Icd("F10.20", "Alcohol dependence, uncomplicated"), 24, 75, 0.015, 0.02),
        new("opioids", Sct("5602001", "Opioid abuse"), Icd("F11.10", "Opioid abuse, uncomplicated"), 20, 60, 0.012, 0.006) { Drugs = [Rx("351267", "buprenorphine 8 MG / naloxone 2 MG Sublingual Tablet")] },
        new("hiv", Sct("86406008", "Human immunodeficiency virus infection"), Icd("B20", "Human immunodeficiency virus [HIV] disease"), 22, 75, 0.006, 0.008) { Drugs = [Rx("476556", "emtricitabine 200 MG / tenofovir disoproxil fumarate 300 MG Oral Tablet"), Rx("1433873", "dolutegravir 50 MG Oral Tablet")] },
        new("pregnancy", Sct("72892002", "Normal pregnancy"), Icd("Z33.1", "Pregnant state, incidental"), 20, 42, 0.06, 0.02) { Sex = "female" },
    ];

    /// <summary>Vaccine against influenza up to the age of 64.</summary>
    public static readonly SyntheticCode Influenza = new(CvxUri, "140", "Influenza, seasonal, injectable, preservative free");

    /// <summary>Vaccine against influenza from 65.</summary>
    public static readonly SyntheticCode InfluenzaHighDose = new(CvxUri, "135", "influenza, high dose seasonal, preservative-free");

    /// <summary>Vaccine against tetanus, diphtheria and pertussis.</summary>
    public static readonly SyntheticCode Tdap = new(CvxUri, "115", "tetanus toxoid, reduced diphtheria toxoid, and acellular pertussis vaccine, adsorbed");

    /// <summary>Vaccine against shingles.</summary>
    public static readonly SyntheticCode Zoster = new(CvxUri, "187", "zoster vaccine recombinant");

    /// <summary>Vaccine against measles, mumps and rubella.</summary>
    public static readonly SyntheticCode Mmr = new(CvxUri, "03", "measles, mumps and rubella virus vaccine");

    /// <summary>Visits.</summary>
    public static readonly SyntheticCode CheckUp = Sct("185349003", "Encounter for check up (procedure)");

    /// <summary>Visits of children.</summary>
    public static readonly SyntheticCode ChildVisit = Sct("410620009", "Well child visit (procedure)");

    /// <summary>Visits after another.</summary>
    public static readonly SyntheticCode FollowUp = Sct("390906007", "Follow-up encounter");

    /// <summary>Systolic pressure, diastolic pressure and body mass index.</summary>
    public static readonly SyntheticCode Pressure = new(LoincUri, "85354-9", "Blood pressure panel with all children optional");

    /// <summary>First component of <see cref="Pressure"/>.</summary>
    public static readonly SyntheticCode Systolic = new(LoincUri, "8480-6", "Systolic blood pressure");

    /// <summary>Second component of <see cref="Pressure"/>.</summary>
    public static readonly SyntheticCode Diastolic = new(LoincUri, "8462-4", "Diastolic blood pressure");

    /// <summary>Body mass index.</summary>
    public static readonly SyntheticLab BodyMass = Lab("39156-5", "Body mass index (BMI) [Ratio]", "kg/m2", 25.4, 2.4, 18.5, 29.9, 1);

    private static SyntheticCode Sct(string code, string display) => new(SnomedUri, code, display);

    private static SyntheticCode Icd(string code, string display) => new(Icd10Uri, code, display);

    private static SyntheticCode Rx(string code, string display) => new(RxNormUri, code, display);

    private static SyntheticLab Lab(string code, string display, string unit, double mean, double deviation, double least, double most, int decimals) =>
        new(new SyntheticCode(LoincUri, code, display), unit, mean, deviation, least, most, decimals);
}
