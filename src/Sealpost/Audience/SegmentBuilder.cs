using System.Globalization;
using System.Runtime.InteropServices;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>Builds segments from patients, who come in ascending order.</summary>
internal sealed class SegmentBuilder(NamePool names, CodeTitles titles)
{
    private readonly Dictionary<RawKey, List<Entry>> _byRaw = [];
    private readonly HashSet<RawKey> _untitled = [];
    private readonly Dictionary<string, ushort> _units = new(StringComparer.Ordinal);
    private readonly Dictionary<(FactFamily Family, string Key), List<Entry>> _byKey = [];
    private readonly List<Entry> _encounters = [];
    private readonly ulong[] _members = new ulong[Bitmap.Words];
    private ushort[] _births = [];
    private int _last = -1;

    /// <summary>Adds what a chart says. Of someone who can be in no audience nothing is kept.</summary>
    public void AddChart(Chart chart)
    {
        var ordinal = Next(chart.Number);
        if (_births.Length == 0)
            _births = new ushort[PatientNumber.ShardSize];
        if (!FactRules.MayBeIn(chart.Head))
            return;
        _members[ordinal >> 6] |= 1UL << (ordinal & 63);
        AddHead(ordinal, chart.Head);
        foreach (var page in chart.Pages)
        {
            for (var i = 0; i < page.Facts.Count; i++)
                AddFact(ordinal, page.Facts[i]);
        }
    }

    /// <summary>Adds authorizations and engagements, for a segment of histories.</summary>
    public void AddHistory(PatientNumber patient, IReadOnlyList<AuthorizedPurpose> authorizations, IReadOnlyList<Engagement> engagements)
    {
        var ordinal = Next(patient);
        foreach (var given in authorizations)
            Add(FactFamily.Authorization, given.Purpose, new Entry(ordinal, FactDay.Code(given.From), FactDay.Code(given.Until), NamePool.NoUnit, double.NaN));
        foreach (var engagement in engagements)
        {
            Add(
                FactRules.FamilyOf(engagement.Kind),
                engagement.Campaign.ToString(CultureInfo.InvariantCulture),
                new Entry(ordinal, FactDay.Code(engagement.On), FactDay.None, NamePool.NoUnit, double.NaN));
        }
    }

    public IndexSegment Finish()
    {
        var tables = new PostingTable[Enum.GetValues<FactFamily>().Length];
        foreach (var family in Enum.GetValues<FactFamily>())
        {
            var writer = new PostingTableWriter(withValues: family == FactFamily.Lab);
            foreach (var (key, entries) in _byKey.Where(run => run.Key.Family == family).OrderBy(run => run.Key.Key, StringComparer.Ordinal))
                writer.Append(key.Key, CollectionsMarshal.AsSpan(entries));
            tables[(int)family] = writer.Finish();
        }

        return new IndexSegment(tables, DateColumn.Of(_encounters), _births, _members);
    }

    private ushort Next(PatientNumber patient)
    {
        if (patient.Ordinal <= _last)
            throw new ArgumentException("Patients of a segment come in ascending order, each once.", nameof(patient));
        _last = patient.Ordinal;
        return (ushort)patient.Ordinal;
    }

    private void AddHead(ushort ordinal, ChartHead head)
    {
        _births[ordinal] = FactDay.Code(head.BirthDate);
        var plain = new Entry(ordinal, FactDay.None, FactDay.None, NamePool.NoUnit, double.NaN);
        AddName(FactFamily.Sex, head.Sex, plain);
        AddName(FactFamily.Language, head.Language, plain);
        foreach (var place in FactRules.Places(head))
        {
            var entry = plain with { Until = FactDay.Code(place.EndsOn) };
            AddName(FactFamily.State, place.State, entry);
            if (FactRules.Zip(place) is { } zip)
                Add(FactFamily.Zip, zip, entry);
        }
    }

    private void AddFact(ushort ordinal, Fact fact)
    {
        if (FactRules.FamilyOf(fact) is not { } family)
            return;
        var day = FactDay.Code(fact.On);
        switch (family)
        {
            case FactFamily.Encounter when day != FactDay.None:
                Insert(_encounters, new Entry(ordinal, day, FactDay.None, NamePool.NoUnit, double.NaN));
                break;
            case FactFamily.Encounter:
                break;
            case FactFamily.Appointment:
                Add(family, "", new Entry(ordinal, day, FactDay.None, NamePool.NoUnit, double.NaN));
                break;
            case FactFamily.Payer:
                AddName(family, fact.Text, new Entry(ordinal, FactDay.None, FactDay.Code(fact.Until), NamePool.NoUnit, double.NaN));
                break;
            default:
                var entry = family == FactFamily.Lab
                    ? new Entry(ordinal, day, FactDay.None, Unit(fact.Unit), FactRules.Value(fact) ?? double.NaN)
                    : new Entry(ordinal, day, FactDay.None, NamePool.NoUnit, double.NaN);
                for (var i = 0; i < fact.Codes.Count; i++)
                    Insert(Run(family, fact.Codes[i]), entry);
                break;
        }
    }

    private void Add(FactFamily family, string key, Entry entry) => Insert(Run(family, key), entry);

    /// <summary>Adds a name as compared: without regard to case and outer white space.</summary>
    private void AddName(FactFamily family, string? name, Entry entry)
    {
        if (string.IsNullOrWhiteSpace(name))
            return;
        ref var run = ref CollectionsMarshal.GetValueRefOrAddDefault(_byRaw, new RawKey(family, "", name), out var known);
        if (!known)
            titles.Note(FactRules.Fold(name)!, name);
        Insert(run ??= Run(family, FactRules.Fold(name)!), entry);
    }

    /// <summary>Two spellings of a code share one run.</summary>
    private List<Entry> Run(FactFamily family, Concept concept)
    {
        var raw = new RawKey(family, concept.System, concept.Code);
        ref var run = ref CollectionsMarshal.GetValueRefOrAddDefault(_byRaw, raw, out var known);
        if (!known || (_untitled.Count > 0 && _untitled.Contains(raw)))
            Title(raw, concept.Display);
        return run ??= Run(family, CodePattern.KeyOf(concept.System, concept.Code));
    }

    private void Title(RawKey raw, string? display)
    {
        if (titles.Note(CodePattern.KeyOf(raw.System, raw.Code), display))
            _untitled.Remove(raw);
        else
            _untitled.Add(raw);
    }

    private ushort Unit(string? unit)
    {
        if (string.IsNullOrEmpty(unit))
            return NamePool.NoUnit;
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_units, unit, out var known);
        if (!known)
            number = names.Unit(unit);
        return number;
    }

    private List<Entry> Run(FactFamily family, string key)
    {
        if (!_byKey.TryGetValue((family, key), out var run))
            _byKey.Add((family, names.Key(key)), run = []);
        return run;
    }

    /// <summary>Keeps a run sorted; only entries of the same patient can be out of order. An entry said twice is kept once.</summary>
    private static void Insert(List<Entry> run, Entry entry)
    {
        var at = run.Count;
        while (at > 0 && run[at - 1].CompareTo(entry) > 0)
            at--;
        if (at > 0 && run[at - 1] == entry)
            return;
        if (at == run.Count)
            run.Add(entry);
        else
            run.Insert(at, entry);
    }

    /// <summary>A code or name as a chart writes it. Codes differ more than systems do, so they alone are hashed.</summary>
    private readonly record struct RawKey(FactFamily Family, string System, string Code)
    {
        public bool Equals(RawKey other) => Family == other.Family && Code == other.Code && System == other.System;

        public override int GetHashCode() => unchecked((Code.GetHashCode(StringComparison.Ordinal) * 31) + (int)Family);
    }
}
