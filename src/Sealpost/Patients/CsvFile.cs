using System.Text;
using CsvHelper;

namespace Sealpost.Patients;

/// <summary>Opens a CSV file and finds out what the map does not say: encoding by its mark, separator by its first lines.</summary>
internal static class CsvFile
{
    // Longer records are an unclosed quote or an attack.
    private const int MaxRecordBytes = 1 << 20;

    public static CsvReader Open(ImportFile file, CsvMap map, ImportTally tally)
    {
        var options = new CsvReaderOptions
        {
            Separator = map.Delimiter is { } delimiter ? delimiter[0] : null,
            Encoding = EncodingOf(map),
            TrackLineNumbers = true,
            IncludeValuesInExceptions = false,
            MaxRecordSize = MaxRecordBytes,
            TrimWhitespace = true,
            MalformedData = CsvMalformedDataHandling.Skip,
            FieldCountMismatch = CsvFieldCountHandling.Skip,
            OnMalformedRecord = record => tally.Skip(file.At(record.LineNumber), CsvImportTypes.Row, ImportReason.Malformed, record.Reason.ToString()),
        };
        try
        {
            var stream = file.Open(bufferBytes: 4 << 10);
            return CsvReader.Create(file.Compressed ? new GuardedGzipStream(stream) : stream, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImportException("The CSV file cannot be opened: check its path and that this user may read it.", exception);
        }
    }

    /// <summary>Index of each column the map names.</summary>
    /// <exception cref="ImportException">Columns are missing or twice; the message names those of the map.</exception>
    public static IReadOnlyDictionary<string, int> Columns(IReadOnlyList<string> headers, CsvMap map)
    {
        Dictionary<string, int> columns = new(StringComparer.OrdinalIgnoreCase);
        foreach (var column in map.Columns())
        {
            var places = headers.Index().Where(header => string.Equals(header.Item.Trim(), column, StringComparison.OrdinalIgnoreCase)).Select(header => header.Index).ToList();
            if (places.Count == 1)
                columns.Add(column, places[0]);
            else if (places.Count > 1)
                throw new ImportException($"Column '{column}' occurs {places.Count} times in the file's first line; each name once.");
        }

        // The file's own header is not shown: where it has none, the first line is a patient.
        var missing = map.Columns().Where(column => !columns.ContainsKey(column)).ToList();
        return missing.Count == 0
            ? columns
            : throw new ImportException($"The file's first line lacks the map's columns {string.Join(", ", missing.Select(column => $"'{column}'"))}. Correct the map, the separator ('delimiter') or the encoding ('encoding').");
    }

    private static Encoding? EncodingOf(CsvMap map)
    {
        if (map.Encoding is null)
            return null;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(map.Encoding) ?? Encoding.GetEncoding(map.Encoding);
        }
        catch (ArgumentException exception)
        {
            throw new ImportException("The map's 'encoding' is not known; write utf-8, windows-1252, iso-8859-1 or utf-16.", exception);
        }
    }
}
