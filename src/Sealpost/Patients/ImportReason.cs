namespace Sealpost.Patients;

/// <summary>Why a file, line, resource or element was not imported, or was imported with a remark.</summary>
public enum ImportReason
{
    /// <summary>The resource type holds nothing an audience or a message uses.</summary>
    TypeNotUsed = 0,

    /// <summary>Not well-formed JSON in UTF-8, or no FHIR resource.</summary>
    Malformed = 1,

    /// <summary>JSON nested deeper than <see cref="JsonGuard.MaxDepth"/>.</summary>
    TooDeep = 2,

    /// <summary>A number that no double or decimal holds.</summary>
    NumberOutOfRange = 3,

    /// <summary>An array or object with more than <see cref="JsonGuard.MaxMembers"/> members.</summary>
    TooManyMembers = 4,

    /// <summary>A line longer than 16 MiB, or a document longer than 64 MiB.</summary>
    TooLong = 5,

    /// <summary>A gzip file that unpacks to far more than its size allows, or is damaged.</summary>
    BadCompression = 6,

    /// <summary>A symbolic link that leads back to a folder already read.</summary>
    SymbolicLinkLoop = 7,

    /// <summary>The file or folder could not be opened.</summary>
    Unreadable = 8,

    /// <summary>The same property twice in one object: readers disagree on which one holds.</summary>
    DuplicateProperty = 9,

    /// <summary>An element of the wrong JSON type, so that the resource cannot be trusted.</summary>
    InvalidElement = 10,

    /// <summary>No id, and no <c>fullUrl</c> to take one from: a second import could not recognise the resource.</summary>
    MissingId = 11,

    /// <summary>No reference to a patient.</summary>
    NoPatient = 12,

    /// <summary>The patient is neither in this import nor in the store.</summary>
    PatientUnknown = 13,

    /// <summary>Psychotherapy notes need an authorization of their own and are never stored. 45 CFR 164.508(a)(2).</summary>
    PsychotherapyNotes = 14,

    /// <summary>Labelled as test data (<c>HTEST</c>).</summary>
    TestData = 15,

    /// <summary>The patient is an animal.</summary>
    Animal = 16,

    /// <summary>The same resource is in this import more than once; the newest, else the last one, was taken.</summary>
    Superseded = 17,

    /// <summary>A bundle entry that asks for a deletion; Sealpost does not delete by import.</summary>
    DeletionNotApplied = 18,

    /// <summary>Links between patients that lead back to their beginning.</summary>
    LinkCycle = 19,

    /// <summary>The record that replaces this one is neither in this import nor in the store; the patient is in no audience until it comes.</summary>
    SurvivorUnknown = 20,

    /// <summary>Remark: the element was not usable and counts as absent.</summary>
    ElementIgnored = 21,

    /// <summary>Remark: a medication or payer that is referenced and not in this import.</summary>
    ReferenceUnresolved = 22,

    /// <summary>The value of a column is not what the map says.</summary>
    BadColumn = 23,

    /// <summary>The row names several patients at once.</summary>
    AmbiguousPatient = 24,

    /// <summary>Remark: the mailbox also belongs to another patient.</summary>
    SharedMailbox = 25,

    /// <summary>Remark: the text is no mailbox that can be mailed.</summary>
    BadMailbox = 26,

    /// <summary>A related person who is no longer one.</summary>
    NotCurrent = 27,
}
