using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Audience;

/// <summary>The searchable form of the patients of one shard, in memory only. Immutable: readers keep the version they began with.</summary>
/// <remarks>Charts and histories (authorizations, engagements) are apart, so that an outcome does not open a chart.</remarks>
internal sealed class ShardIndex
{
    private readonly NamePool _names;
    private readonly CodeTitles _titles;
    private readonly Lazy<IReadOnlyList<KnownCode>> _codes;
    private readonly LayeredSegment _charts;
    private readonly LayeredSegment _histories;

    private ShardIndex(NamePool names, CodeTitles titles, LayeredSegment charts, LayeredSegment histories)
    {
        _names = names;
        _titles = titles;
        _codes = new Lazy<IReadOnlyList<KnownCode>>(() => KnownCodes.Of(this));
        _charts = charts;
        _histories = histories;
    }

    /// <summary>Bytes held, without the keys that shards share.</summary>
    public long Size => _charts.Size + _histories.Size;

    public LayeredSegment Charts => _charts;

    public LayeredSegment Histories => _histories;

    public NamePool Names => _names;

    public CodeTitles Titles => _titles;

    /// <summary>Codes, payers, languages and places that its patients have; found on first use.</summary>
    public IReadOnlyList<KnownCode> Codes => _codes.Value;

    public static ShardIndex Empty(NamePool names) => new(names, new CodeTitles(), LayeredSegment.Empty, LayeredSegment.Empty);

    /// <summary>The index of whole segments, as a cold start builds them.</summary>
    public static ShardIndex Of(NamePool names, CodeTitles titles, IndexSegment charts, IndexSegment histories) =>
        new(names, titles, LayeredSegment.Of(charts), LayeredSegment.Of(histories));

    /// <summary>With some patients changed; those of <paramref name="changed"/> who have no view are gone (erased).</summary>
    public ShardIndex With(IReadOnlyCollection<PatientNumber> changed, IReadOnlyCollection<PatientView> views)
    {
        var (charts, histories) = (new SegmentBuilder(_names, _titles), new SegmentBuilder(_names, _titles));
        foreach (var view in views.OrderBy(view => view.Chart.Number.Ordinal))
        {
            charts.AddChart(view.Chart);
            histories.AddHistory(view.Chart.Number, view.Authorizations, view.Engagements);
        }

        using var places = Places(changed);
        return new ShardIndex(_names, _titles, _charts.With(charts.Finish(), places), _histories.With(histories.Finish(), places));
    }

    /// <summary>With only the histories of some patients changed.</summary>
    public ShardIndex WithHistories(IReadOnlyCollection<(PatientNumber Patient, IReadOnlyList<AuthorizedPurpose> Authorizations, IReadOnlyList<Engagement> Engagements)> changed)
    {
        var histories = new SegmentBuilder(_names, _titles);
        foreach (var (patient, authorizations, engagements) in changed.OrderBy(history => history.Patient.Ordinal))
            histories.AddHistory(patient, authorizations, engagements);
        using var places = Places([.. changed.Select(history => history.Patient)]);
        return new ShardIndex(_names, _titles, _charts, _histories.With(histories.Finish(), places));
    }

    /// <summary>Places of those who match. Dispose it.</summary>
    public Bitmap Select(AudienceQuery query, QueryScope scope) => new IndexReader(this, scope).Select(query);

    private static Bitmap Places(IReadOnlyCollection<PatientNumber> patients)
    {
        var places = new Bitmap();
        foreach (var patient in patients)
            places.Set(patient.Ordinal);
        return places;
    }
}
