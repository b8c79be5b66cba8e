namespace Sealpost.Content.Fields;

/// <summary>What a field says about the person it belongs to; a text made from several carries all their labels.</summary>
[Flags]
internal enum FieldLabel
{
    /// <summary>Says nothing about a patient: the organisation's own name, today's date.</summary>
    None = 0,

    /// <summary>The patient's given name: the one label that may stand in subject and preheader.</summary>
    GivenName = 1,

    /// <summary>Age, sex, language, city, state, ZIP.</summary>
    Demographic = 2,

    /// <summary>Family name, full name, record number. 45 CFR 164.514(b)(2)(i)(A), (H).</summary>
    Identifier = 4,

    /// <summary>Street, telephone, email. 45 CFR 164.514(b)(2)(i)(B), (D), (F).</summary>
    Contact = 8,

    /// <summary>Health condition, care or payment for care. 45 CFR 160.103.</summary>
    Clinical = 16,

    /// <summary>A category that never travels by plain mail (HIV, substance use, mental health, …).</summary>
    Sensitive = 32,
}

/// <summary>Words for labels, for problems and documentation.</summary>
internal static class FieldLabels
{
    /// <summary>The strongest label, in words.</summary>
    public static string Say(FieldLabel labels) =>
        labels.HasFlag(FieldLabel.Sensitive) ? "sensitive"
        : labels.HasFlag(FieldLabel.Clinical) ? "clinical"
        : labels.HasFlag(FieldLabel.Contact) ? "contact"
        : labels.HasFlag(FieldLabel.Identifier) ? "identifier"
        : labels.HasFlag(FieldLabel.Demographic) ? "demographic"
        : labels.HasFlag(FieldLabel.GivenName) ? "given name"
        : "none";
}
