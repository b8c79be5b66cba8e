using Sealpost.Trust.Keys;

namespace Sealpost.Compliance;

/// <summary>What happened, so that the people concerned can be found. At least one of campaign, domain and reader is given.</summary>
internal sealed record BreachQuestion
{
    /// <summary>Messages of this campaign.</summary>
    public long? Campaign { get; init; }

    /// <summary>Messages to mailboxes of this domain.</summary>
    public string? Domain { get; init; }

    /// <summary>Records that this person (user id) looked at.</summary>
    public string? Reader { get; init; }

    /// <summary>First day, in the organisation's time zone; null for the beginning.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last day; null for today.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>First day on which it was known, or would have been with reasonable diligence; null for today. 45 CFR 164.404(a)(2).</summary>
    public DateOnly? DiscoveredOn { get; init; }
}

/// <summary>Who is concerned by an incident, by which data, and by when whom must be told. 45 CFR 164.400 to 164.414.</summary>
internal sealed record BreachScope
{
    /// <summary>Everybody concerned, by number.</summary>
    public required IReadOnlyList<BreachPerson> People { get; init; }

    /// <summary>People concerned who were erased since: they count, but nobody can name them.</summary>
    public required int Erased { get; init; }

    /// <summary>Messages that left.</summary>
    public required int Messages { get; init; }

    /// <summary>Of these, messages over a connection to a verified host.</summary>
    public required int Protected { get; init; }

    /// <summary>Looks at a patient's data by the reader.</summary>
    public required int Reads { get; init; }

    /// <summary>Data elements that were involved.</summary>
    public required IReadOnlyList<string> Elements { get; init; }

    /// <summary>Sensitive categories that were involved.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>Residents by state, most first; an unknown state is the empty text.</summary>
    public required IReadOnlyList<BreachState> States { get; init; }

    /// <summary>Last day to tell the people: 60 days after discovery, and without unreasonable delay. 164.404(b).</summary>
    public required DateOnly TellPeopleBy { get; init; }

    /// <summary>Last day to tell the Secretary. 164.408.</summary>
    public required DateOnly TellSecretaryBy { get; init; }

    /// <summary>How many people are concerned in all.</summary>
    public int Total => People.Count + Erased;

    /// <summary>500 or more people: the Secretary is told when the people are. 164.408(b).</summary>
    public bool IsLarge => Total >= 500;

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>One person concerned.</summary>
/// <param name="Number">Number.</param>
/// <param name="Patient">Id under which people know the patient.</param>
/// <param name="State">State of residence, or empty.</param>
internal sealed record BreachPerson(PatientNumber Number, string Patient, string State)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Residents of a state among the people concerned.</summary>
/// <param name="State">Two letters, or empty where unknown.</param>
/// <param name="Residents">How many.</param>
internal sealed record BreachState(string State, int Residents)
{
    /// <summary>More than 500 residents: prominent media of the state are told too. 164.406(a).</summary>
    public bool TellMedia => State.Length > 0 && Residents > 500;
}
