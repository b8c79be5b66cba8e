namespace Sealpost.Audience;

/// <summary>A large segment and a small one over it that speaks for the patients changed since. Immutable: a change makes a new one.</summary>
internal sealed class LayeredSegment
{
    /// <summary>Changed patients from which the two are merged: a merge rewrites the whole shard (tens of milliseconds), a small layer is rewritten with each change.</summary>
    public const int MergeFrom = 2_048;

    public static readonly LayeredSegment Empty = new(IndexSegment.Empty, null, null);

    private readonly IndexSegment _base;
    private readonly IndexSegment? _top;
    private readonly ulong[]? _replaced;

    private LayeredSegment(IndexSegment base_, IndexSegment? top, ulong[]? replaced)
    {
        _base = base_;
        _top = top;
        _replaced = replaced;
    }

    public long Size => _base.Size + (_top?.Size ?? 0) + (_replaced is null ? 0 : 8L * Bitmap.Words);

    /// <summary>The segments, base first.</summary>
    public IEnumerable<IndexSegment> Segments => _top is null ? [_base] : [_base, _top];

    /// <summary>A layer of one segment.</summary>
    public static LayeredSegment Of(IndexSegment segment) => new(segment, null, null);

    /// <summary>With the patients of <paramref name="changed"/> as <paramref name="fresh"/> has them; one it does not have is gone.</summary>
    public LayeredSegment With(IndexSegment fresh, Bitmap changed)
    {
        using var replaced = changed.Copy();
        if (_replaced is not null)
            replaced.Or(_replaced);
        var top = _top is null ? fresh : IndexSegment.Merge(_top, changed, fresh);
        return replaced.Count() < MergeFrom
            ? new LayeredSegment(_base, top, replaced.ToWords())
            : new LayeredSegment(IndexSegment.Merge(_base, replaced, top), null, null);
    }

    /// <summary>Looks at each segment with those of a set it speaks for.</summary>
    public void Each<TState>(Bitmap of, TState state, Action<IndexSegment, TState, Bitmap> look)
    {
        if (_top is null)
        {
            look(_base, state, of);
            return;
        }

        using var replaced = new Bitmap();
        replaced.Or(_replaced);
        using var mine = of.Copy();
        mine.AndNot(replaced);
        look(_base, state, mine);
        using var others = of.Copy();
        others.And(replaced);
        look(_top, state, others);
    }

    /// <summary>Adds whom either segment finds; the top one alone for those it speaks for.</summary>
    public void Collect<TState>(Bitmap into, TState state, Action<IndexSegment, TState, Bitmap> find)
    {
        find(_base, state, into);
        if (_top is null)
            return;
        using var replaced = new Bitmap();
        replaced.Or(_replaced);
        into.AndNot(replaced);
        using var found = new Bitmap();
        find(_top, state, found);
        into.Or(found);
    }
}
