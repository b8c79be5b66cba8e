namespace Sealpost.Compliance;

/// <summary>An entry of the ledger, as a person reads it. Holds numbers, codes and clauses; no name of a patient.</summary>
/// <param name="Sequence">Place in the ledger.</param>
/// <param name="At">UTC.</param>
/// <param name="Kind">As recorded, such as <c>consent.revoked</c>.</param>
/// <param name="Actor">User id, <c>system</c>, <c>patient</c> or <c>local-owner</c>.</param>
/// <param name="Outcome">One word.</param>
internal sealed record LedgerEvent(long Sequence, DateTimeOffset At, string Kind, string Actor, string Outcome)
{
    /// <summary>Id of the thing concerned.</summary>
    public string? Subject { get; init; }

    /// <summary>Reason codes and citations.</summary>
    public string? Detail { get; init; }

    /// <summary>Concerns one patient; who it is, <see cref="LedgerDesk.WhoAsync"/> tells, as an audited read.</summary>
    public bool OfPatient { get; init; }

    /// <summary>What happened, in words.</summary>
    public string Words => EventWords.Of(this);
}

/// <summary>What to list.</summary>
internal sealed record LedgerQuestion
{
    /// <summary>An area of <see cref="EventWords.Areas"/>, or one kind; null for all.</summary>
    public string? Kind { get; init; }

    /// <summary>User id; null for all.</summary>
    public string? Actor { get; init; }

    /// <summary>First day, in the organisation's time zone.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last day.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Only entries before this place: where the page before ended.</summary>
    public long? Before { get; init; }

    /// <summary>1 to 200.</summary>
    /// <value>Default: 50.</value>
    public int Limit { get; init; } = 50;
}

/// <summary>A page of the ledger, newest first.</summary>
/// <param name="Events">Entries.</param>
/// <param name="Next">What the next page begins before; null at the end.</param>
internal sealed record LedgerPage(IReadOnlyList<LedgerEvent> Events, long? Next);
