using System.Globalization;
using CsvHelper;
using Sealpost.Patients;

namespace Sealpost.Imports;

/// <summary>Reads the first rows of a table and says what each column probably holds. Values are looked at and forgotten.</summary>
internal static class LookAtColumns
{
    private const int Rows = 500;

    private static readonly string[] DateFormats = ["yyyy-MM-dd", "M/d/yyyy", "d.M.yyyy", "yyyyMMdd", "M-d-yyyy", "M/d/yy"];

    // First hit wins, so the narrower names come first.
    private static readonly (string[] Names, ColumnMeaning Meaning)[] Names =
    [
        (["emailverified", "emailchecked", "emailconfirmed", "verifiedemail", "emailstatus"], ColumnMeaning.EmailVerified),
        (["email", "emailaddress", "mail", "e-mail", "primaryemail", "homeemail"], ColumnMeaning.Email),
        (["mrn", "medicalrecordnumber", "recordnumber", "chartnumber"], ColumnMeaning.RecordNumber),
        (["patientid", "fhirid", "id", "subject"], ColumnMeaning.FhirId),
        (["firstname", "first", "givenname", "given", "fname"], ColumnMeaning.GivenName),
        (["lastname", "last", "familyname", "family", "surname", "lname"], ColumnMeaning.FamilyName),
        (["name", "fullname", "patientname"], ColumnMeaning.FullName),
        (["dob", "birthdate", "dateofbirth", "born", "birthday"], ColumnMeaning.BirthDate),
        (["sex", "gender"], ColumnMeaning.Sex),
        (["language", "lang", "preferredlanguage"], ColumnMeaning.Language),
        (["mobile", "cell", "cellphone", "mobilephone"], ColumnMeaning.Mobile),
        (["phone", "telephone", "homephone", "phonenumber"], ColumnMeaning.Phone),
        (["street", "address", "address1", "addressline1", "streetaddress"], ColumnMeaning.Street),
        (["city", "town"], ColumnMeaning.City),
        (["state", "province"], ColumnMeaning.State),
        (["zip", "zipcode", "postalcode", "postcode"], ColumnMeaning.PostalCode),
        (["country"], ColumnMeaning.Country),
        (["deceased", "dead", "died"], ColumnMeaning.Deceased),
        (["icd10", "icd", "diagnosis", "diagnoses", "dx", "conditions", "problems"], ColumnMeaning.Conditions),
        (["rxnorm", "rxcui", "medications", "meds"], ColumnMeaning.Medications),
        (["lastvisit", "lastencounter", "lastseen", "visitdate"], ColumnMeaning.LastVisit),
        (["nextvisit", "nextappointment", "appointment", "appointmentdate"], ColumnMeaning.NextAppointment),
        (["payer", "insurance", "plan", "insurer"], ColumnMeaning.Payer),
    ];

    /// <summary>Looks.</summary>
    /// <exception cref="RefusedException">The first line is no header.</exception>
    public static async Task<IReadOnlyList<ColumnLook>> RunAsync(SealedUpload file, CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = CsvFile.Open(file.ToFile(0), new CsvMap { Source = "look" }, new ImportTally());
            await reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            var headers = reader.Headers.Select(header => header.Trim()).ToList();
            if (headers.Count == 0 || headers.All(header => header.Length == 0))
                throw new RefusedException("The file's first line names no columns. The first line of a table says what each column is called.");
            var columns = headers.Select(_ => new List<string>()).ToList();
            var rows = 0;
            while (rows < Rows && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows++;
                for (var index = 0; index < columns.Count && index < reader.FieldCount; index++)
                {
                    if (reader.GetString(index) is { Length: > 0 } value)
                        columns[index].Add(value);
                }
            }

            return [.. headers.Select((header, index) => Look(header, columns[index], rows)).Where(look => look.Column.Length > 0)];
        }
        catch (Exception exception) when (exception is CsvFormatException or InvalidDataException or IOException)
        {
            throw new RefusedException("The table cannot be read to the end of its first rows: a quote is not closed, a line is too long, or the packed file is damaged.", exception);
        }
    }

    private static ColumnLook Look(string column, List<string> values, int rows)
    {
        var date = values.Count == 0 ? null : Array.Find(DateFormats, format => Most(values, value => DateOnly.TryParseExact(value.Split(' ', 'T')[0], format, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)));
        var shape = values.Count == 0 ? "empty"
            : date is not null ? $"dates, {date}"
            : Most(values, value => EmailAddress.Normalise(value) is not null) ? "email addresses"
            : Most(values, IsYesOrNo) ? "yes or no"
            : Most(values, value => decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out _)) ? "numbers"
            : values.Distinct(StringComparer.OrdinalIgnoreCase).Take(13).Count() <= 12 ? "a few words"
            : "text";
        return new ColumnLook(column, Guess(column, shape), shape, rows == 0 ? 0 : (double)values.Count / rows, date);
    }

    private static ColumnMeaning Guess(string column, string shape)
    {
        var name = string.Concat(column.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        var (names, meaning) = Array.Find(Names, one => one.Names.Contains(name));
        if (names is null)
            return shape == "email addresses" ? ColumnMeaning.Email : ColumnMeaning.Ignore;
        return meaning is ColumnMeaning.BirthDate or ColumnMeaning.LastVisit or ColumnMeaning.NextAppointment && !shape.StartsWith("dates", StringComparison.Ordinal) ? ColumnMeaning.Ignore : meaning;
    }

    // One slip in twenty does not change what a column is.
    private static bool Most(List<string> values, Func<string, bool> fits) => values.Count(fits) >= values.Count * 0.95;

    private static bool IsYesOrNo(string value) => value.ToLowerInvariant() is "y" or "n" or "yes" or "no" or "true" or "false" or "t" or "f" or "0" or "1" or "x";
}
