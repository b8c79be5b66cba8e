using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Trust.Keys;

namespace Sealpost.Reports;

/// <summary>How a patient whom email did not reach was told. A closed list, so that nothing of the patient is written down twice.</summary>
internal enum ToldBy
{
    /// <summary>By telephone.</summary>
    Telephone = 1,

    /// <summary>By letter.</summary>
    Letter = 2,

    /// <summary>In person, such as at a visit.</summary>
    Visit = 3,

    /// <summary>No longer: what the message said is over, or the patient knows.</summary>
    NotNeeded = 4,
}

/// <summary>Words for <see cref="ToldBy"/>.</summary>
internal static class ToldWords
{
    /// <summary>Every way, as commands write it.</summary>
    public static IReadOnlyList<(string Name, ToldBy Way)> Names { get; } =
        [("telephone", ToldBy.Telephone), ("letter", ToldBy.Letter), ("visit", ToldBy.Visit), ("not-needed", ToldBy.NotNeeded)];

    /// <summary>A few words that go on a sentence, lower case.</summary>
    public static string Of(ToldBy way) => way switch
    {
        ToldBy.Telephone => "told by telephone",
        ToldBy.Letter => "told by letter",
        ToldBy.Visit => "told at a visit",
        ToldBy.NotNeeded => "no longer needed",
        _ => throw new ArgumentOutOfRangeException(nameof(way), way, "No such way; add its words here."),
    };

    /// <summary>Name as commands and the ledger write it.</summary>
    public static string NameOf(ToldBy way) => Names.Single(one => one.Way == way).Name;
}

/// <summary>A patient whom a campaign's message did not reach by email and who was not told otherwise yet.</summary>
internal sealed record NotReached
{
    /// <summary>The patient's number; what the next page begins after.</summary>
    public required PatientNumber Number { get; init; }

    /// <summary>Id under which people know the patient.</summary>
    public required string Patient { get; init; }

    /// <summary>Name as used; empty where none is recorded.</summary>
    public required string Name { get; init; }

    /// <summary>Telephone numbers in use, the preferred one first.</summary>
    public required IReadOnlyList<string> Telephones { get; init; }

    /// <summary>Postal addresses in use, one line each.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>What became of the message.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>Why it was withheld; null for other outcomes.</summary>
    public WithholdReason? Reason { get; init; }

    /// <summary>Why it did not arrive, in a sentence.</summary>
    public required string Why { get; init; }

    /// <summary>Since when (UTC).</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why nobody should call, such as that the patient died; null where nothing of the kind is recorded.</summary>
    public string? OutOfUse { get; init; }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A page of them, in order of number.</summary>
/// <param name="Patients">Who.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null after the last.</param>
internal sealed record NotReachedPage(IReadOnlyList<NotReached> Patients, int? Next)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>That patients were told.</summary>
/// <param name="Number">By which the mark is taken back.</param>
/// <param name="Patients">How many it covers.</param>
internal sealed record ToldMark(long Number, long Patients);
