namespace Sealpost.Imports;

/// <summary>What a column of a table can mean for a patient.</summary>
internal enum ColumnMeaning
{
    /// <summary>Left out.</summary>
    Ignore = 0,

    /// <summary>Id by which a FHIR import knows the patient.</summary>
    FhirId,

    /// <summary>Medical record number.</summary>
    RecordNumber,

    /// <summary>Given name.</summary>
    GivenName,

    /// <summary>Family name.</summary>
    FamilyName,

    /// <summary>Whole name.</summary>
    FullName,

    /// <summary>Birth date.</summary>
    BirthDate,

    /// <summary>Sex.</summary>
    Sex,

    /// <summary>Language.</summary>
    Language,

    /// <summary>Email address.</summary>
    Email,

    /// <summary>Says whether the email address was verified.</summary>
    EmailVerified,

    /// <summary>Mobile telephone.</summary>
    Mobile,

    /// <summary>Other telephone.</summary>
    Phone,

    /// <summary>Street line.</summary>
    Street,

    /// <summary>City.</summary>
    City,

    /// <summary>State.</summary>
    State,

    /// <summary>Postal code.</summary>
    PostalCode,

    /// <summary>Country.</summary>
    Country,

    /// <summary>Says whether the patient has died.</summary>
    Deceased,

    /// <summary>ICD-10 codes of conditions.</summary>
    Conditions,

    /// <summary>RxNorm codes of medications.</summary>
    Medications,

    /// <summary>Date of the last visit.</summary>
    LastVisit,

    /// <summary>Date of the next appointment.</summary>
    NextAppointment,

    /// <summary>Name of the payer.</summary>
    Payer,
}

/// <summary>What a column seems to hold. Shapes and shares, never a value.</summary>
/// <param name="Column">Name in the first line.</param>
/// <param name="Guess">What it probably means.</param>
/// <param name="Shape">What its values look like, in words.</param>
/// <param name="Filled">Share of the rows looked at that have a value, 0 to 1.</param>
/// <param name="DateFormat">.NET format of its dates; null where they are no dates.</param>
internal sealed record ColumnLook(string Column, ColumnMeaning Guess, string Shape, double Filled, string? DateFormat);
