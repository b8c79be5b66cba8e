namespace Sealpost.Patients;

/// <summary>Reasons of an import in plain words.</summary>
internal static class ImportWords
{
    /// <summary>What a reason means.</summary>
    public static string Of(ImportReason reason) => reason switch
    {
        ImportReason.TypeNotUsed => "holds nothing an audience or a message uses",
        ImportReason.Malformed => "not well-formed, or no FHIR resource",
        ImportReason.TooDeep => "nested too deeply",
        ImportReason.NumberOutOfRange => "a number out of range",
        ImportReason.TooManyMembers => "too many members in one object or list",
        ImportReason.TooLong => "too long",
        ImportReason.BadCompression => "damaged, or unpacks to far more than its size allows",
        ImportReason.SymbolicLinkLoop => "a link back to a folder already read",
        ImportReason.Unreadable => "cannot be opened",
        ImportReason.DuplicateProperty => "the same property twice",
        ImportReason.InvalidElement => "an element of the wrong type",
        ImportReason.MissingId => "no id to recognise it by",
        ImportReason.NoPatient => "no reference to a patient",
        ImportReason.PatientUnknown => "its patient is neither in this import nor in the store",
        ImportReason.PsychotherapyNotes => "psychotherapy notes, never stored (45 CFR 164.508(a)(2))",
        ImportReason.TestData => "labelled as test data",
        ImportReason.Animal => "an animal",
        ImportReason.Superseded => "given more than once; the newest, else the last one, was taken",
        ImportReason.DeletionNotApplied => "asks for a deletion; `sealpost patient erase` deletes",
        ImportReason.LinkCycle => "links between patients in a circle",
        ImportReason.SurvivorUnknown => "the record that replaces it is not here yet; the patient is in no audience until it comes",
        ImportReason.ElementIgnored => "an unusable element counts as absent",
        ImportReason.ReferenceUnresolved => "refers to a medication or payer that is not in this import",
        ImportReason.BadColumn => "the value is not what the map says",
        ImportReason.AmbiguousPatient => "names several patients at once",
        ImportReason.SharedMailbox => "the mailbox also belongs to another patient",
        ImportReason.BadMailbox => "no mailbox that can be mailed",
        _ => string.Concat(reason.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString())),
    };
}
