namespace Sealpost.Patients;

/// <summary>How many resources (or rows) of one type an import created, changed, or found as they were.</summary>
public sealed record ImportCount(long Created, long Updated, long Unchanged)
{
    /// <summary>The sum of two counts.</summary>
    public static ImportCount operator +(ImportCount left, ImportCount right) =>
        new(left.Created + right.Created, left.Updated + right.Updated, left.Unchanged + right.Unchanged);

    /// <summary>The sum of two counts.</summary>
    public static ImportCount Add(ImportCount left, ImportCount right) => left + right;
}

/// <summary>One thing not imported, or imported with a remark. Holds no value of the input, only where it stands.</summary>
/// <param name="File">The file as it was named or found; a file's name can name a patient, so it is shown to the importing user and never logged.</param>
/// <param name="Line">Line from 1; 0 where the whole file is meant.</param>
/// <param name="Type">Resource type, or <c>Row</c>; empty where it could not be read.</param>
/// <param name="Reason">Why.</param>
/// <param name="Where">JSON path or column name, without values.</param>
public sealed record ImportProblem(string File, long Line, string Type, ImportReason Reason, string? Where)
{
    /// <summary>Line, type and reason, without the file's name.</summary>
    public override string ToString() => $"line {Line}: {Type} {Reason} {Where}".TrimEnd();
}

/// <summary>How far an import is.</summary>
/// <param name="Files">Files read to their end.</param>
/// <param name="FilesInAll">Files found.</param>
/// <param name="Resources">Resources or rows read.</param>
/// <param name="PatientsSaved">Charts compared and, where changed, saved.</param>
public sealed record ImportProgress(int Files, int FilesInAll, long Resources, long PatientsSaved);

/// <summary>What an import did.</summary>
public sealed record ImportResult
{
    /// <summary>Problems kept one by one; beyond it they are only counted.</summary>
    public const int MaxProblems = 1_000;

    /// <summary>Number of the import, for <c>import undo</c>; 0 for a dry run.</summary>
    public required long Import { get; init; }

    /// <summary>Nothing was stored.</summary>
    public bool DryRun { get; init; }

    /// <summary>Created, updated, unchanged by resource type (<c>Row</c> and <c>Patient</c> for CSV).</summary>
    public required IReadOnlyDictionary<string, ImportCount> Resources { get; init; }

    /// <summary>Not imported, by resource type and reason.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<ImportReason, long>> Skipped { get; init; }

    /// <summary>Imported with a remark, by resource type and reason.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<ImportReason, long>> Remarks { get; init; }

    /// <summary>The first <see cref="MaxProblems"/> problems in order of file and line; types not used are only counted.</summary>
    public required IReadOnlyList<ImportProblem> Problems { get; init; }

    /// <summary>All problems, listed or not.</summary>
    public required long ProblemCount { get; init; }

    /// <summary>Files read.</summary>
    public required int Files { get; init; }

    /// <summary>Resources or rows read.</summary>
    public required long Read { get; init; }

    /// <summary>Charts created or changed.</summary>
    public required long PatientsChanged { get; init; }

    /// <summary>Patients whose source says that a restriction of 45 CFR 164.522(a) or a self-pay request is on file: record it with <c>restriction</c>. The first 1,000.</summary>
    public IReadOnlyList<Trust.Keys.PatientNumber> RestrictionsOnFile { get; init; } = [];
}

/// <summary>The import cannot begin or go on; nothing of it is to be mended by trying again. The message says what to change.</summary>
public sealed class ImportException : Exception
{
    /// <summary>Creates the exception. <paramref name="message"/> must not hold values of the input.</summary>
    public ImportException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public ImportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public ImportException()
        : base("The import cannot go on.")
    {
    }
}
