namespace Sealpost.Patients;

/// <summary>Notices mailboxes that several patients of one file use: such a mailbox may be read by someone else.</summary>
internal sealed class SharedMailboxes(ImportTally tally)
{
    // 60 bytes each; behind it only patients already in the store are compared.
    private const int MaxMailboxes = 1_000_000;

    private readonly Dictionary<string, (string Patient, ImportPlace Place)> _first = new(StringComparer.Ordinal);
    private readonly HashSet<long> _reported = [];

    public void Look(ImportedRecord row, ImportPlace place)
    {
        foreach (var point in row.Head!.ContactPoints)
        {
            if (point.Kind != "email" || EmailAddress.Normalise(point.Value) is not { } mailbox)
                continue;
            if (!_first.TryGetValue(mailbox, out var first))
            {
                if (_first.Count < MaxMailboxes)
                    _first.Add(mailbox, (row.Patient, place));
            }
            else if (first.Patient != row.Patient)
            {
                Report(first.Place);
                Report(place);
            }
        }
    }

    public void Report(ImportPlace place)
    {
        if (_reported.Add(place.Line))
            tally.Remark(place, CsvImportTypes.Row, ImportReason.SharedMailbox, null);
    }
}
