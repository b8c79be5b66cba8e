using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Sensitive code sets (HIV, substance use, mental health, reproductive and sexual health, gender, abuse, genetics), shipped as editable data.</summary>
public static class SensitiveCategories
{
    /// <summary>Categories of a code, empty where it is not sensitive. A pattern (<c>icd10:F1*</c>) that could match a sensitive code is sensitive.</summary>
    public static IReadOnlyList<string> Of(string system, string codeOrPrefix, bool isPrefix) => throw new NotImplementedException();

    /// <summary>Categories of a fact: by its codes or its security labels.</summary>
    public static IReadOnlyList<string> Of(Fact fact) => throw new NotImplementedException();
}
