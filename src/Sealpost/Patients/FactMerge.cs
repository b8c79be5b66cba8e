using System.Globalization;

namespace Sealpost.Patients;

/// <summary>What became of one resource or row.</summary>
internal enum MergeOutcome
{
    Unchanged = 0,
    Created = 1,
    Updated = 2,
}

/// <summary>Puts facts into the pages of a chart: known ones in place, new ones at the end; pages nothing happened to stay as they are.</summary>
internal sealed class FactMerge
{
    private readonly IReadOnlyList<FactPage> _before;
    private readonly List<List<Fact?>?> _pages = [];
    private readonly Dictionary<string, (int Page, int Index)> _places = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _changed = [];
    private int _lastCount;

    public FactMerge(IReadOnlyList<FactPage> before)
    {
        _before = before;
        for (var page = 0; page < before.Count; page++)
        {
            _pages.Add(null);
            for (var index = 0; index < before[page].Facts.Count; index++)
                _places[before[page].Facts[index].SourceId] = (page, index);
        }

        _lastCount = before.Count == 0 ? FactPage.Capacity : before[^1].Facts.Count;
    }

    /// <summary>Numbers of the pages to seal anew.</summary>
    public IReadOnlyList<int> Changed => [.. _changed];

    public Fact? Find(string id) =>
        !_places.TryGetValue(id, out var place) ? null : _pages[place.Page] is { } facts ? facts[place.Index] : _before[place.Page].Facts[place.Index];

    /// <summary>Puts all facts of one resource; parts that it no longer has go.</summary>
    public MergeOutcome Put(string id, IReadOnlyList<Fact> facts)
    {
        var known = false;
        var changed = false;
        foreach (var fact in facts)
        {
            if (Find(fact.SourceId) is not { } before)
            {
                Append(fact);
                changed = true;
                continue;
            }

            known = true;
            if (PackedEquality.Same(before, fact))
                continue;
            var (page, index) = _places[fact.SourceId];
            Edit(page)[index] = fact;
            changed = true;
        }

        for (var part = facts.Count; Find(id + "#" + part.ToString(CultureInfo.InvariantCulture)) is { } stale; part++)
        {
            var (page, index) = _places[stale.SourceId];
            Edit(page)[index] = null;
            _places.Remove(stale.SourceId);
            changed = true;
        }

        return !changed ? MergeOutcome.Unchanged : known ? MergeOutcome.Updated : MergeOutcome.Created;
    }

    /// <summary>The pages as they are now.</summary>
    public IReadOnlyList<FactPage> Pages()
    {
        List<FactPage> pages = new(_pages.Count);
        for (var page = 0; page < _pages.Count; page++)
            pages.Add(_pages[page] is { } facts ? new FactPage { Number = page, Facts = [.. facts.OfType<Fact>()] } : _before[page]);
        return pages;
    }

    private void Append(Fact fact)
    {
        if (_lastCount >= FactPage.Capacity)
        {
            _pages.Add([]);
            _lastCount = 0;
        }

        var page = _pages.Count - 1;
        var facts = Edit(page);
        _places.Add(fact.SourceId, (page, facts.Count));
        facts.Add(fact);
        _lastCount++;
    }

    private List<Fact?> Edit(int page)
    {
        _changed.Add(page);
        return _pages[page] ??= [.. _before[page].Facts];
    }
}
