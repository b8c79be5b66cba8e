using MemoryPack;
using Sealpost.Audience;

namespace Sealpost.Shards;

/// <summary>What a shard is asked.</summary>
internal enum ShardTask
{
    Count,
    List,
    Explain,
    Check,

    /// <summary>How many, with their print.</summary>
    Measure,

    /// <summary>How many by age, sex, language, place and condition.</summary>
    Cells,

    /// <summary>How many the legal-basis gate would let a message be made for, and why not the others.</summary>
    Reach,

    /// <summary>Codes and names that the patients have.</summary>
    Known,

    /// <summary>Results of one code.</summary>
    Results,

    /// <summary>What the legal-basis gate says of given patients.</summary>
    Decide,
}

/// <summary>A question to a shard, as it travels to the node that owns it. Holds a query: never logged.</summary>
[MemoryPackable]
internal sealed partial record ShardQuestion
{
    public ShardTask Task { get; init; }

    /// <summary>Canonical text.</summary>
    public string Query { get; init; } = "";

    /// <summary>Day number of the as-of date.</summary>
    public int AsOf { get; init; }

    public Dictionary<string, long> Campaigns { get; init; } = [];

    /// <summary>Place of the patient to explain.</summary>
    public int Ordinal { get; init; }

    /// <summary>What the gate decides by.</summary>
    public GateQuestion? Gate { get; init; }

    /// <summary>Comparison key of the code whose results are asked for.</summary>
    public string Code { get; init; } = "";

    /// <summary>Whom to decide, and by what.</summary>
    public DecideQuestion? Decide { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>A shard's answer.</summary>
[MemoryPackable]
internal sealed partial record ShardAnswer
{
    public int Count { get; init; }

    /// <summary>Places of those who match, ascending.</summary>
    public ushort[] Ordinals { get; init; } = [];

    /// <summary>Part, whether it holds, what was seen; null where there is no such patient.</summary>
    public List<ExplainedPart>? Parts { get; init; }

    /// <summary>What the shard's data say of the codes of the query.</summary>
    public List<CodeFinding> Codes { get; init; } = [];

    public PatientSet Set { get; init; }

    public List<AudienceCell> Cells { get; init; } = [];

    public List<GateCell> Gate { get; init; } = [];

    /// <summary>Mail domains of those a message could be made for.</summary>
    public Dictionary<string, PatientSet> Domains { get; init; } = [];

    public List<KnownCode> Known { get; init; } = [];

    /// <summary>ICD-10 categories.</summary>
    public List<KnownCode> Categories { get; init; } = [];

    public List<ResultSample> Results { get; init; } = [];

    public DecideAnswer? Decided { get; init; }

    public override string ToString() => "[phi]";
}

/// <summary>One line of an explanation.</summary>
[MemoryPackable]
internal sealed partial record ExplainedPart(string Part, bool Holds, string Seen)
{
    public override string ToString() => "[phi]";
}

/// <summary>A code of a query against the data of one shard.</summary>
/// <param name="Part">Which leaf of the query, in order.</param>
/// <param name="Code">The code as the query writes it.</param>
/// <param name="IsKnown">Some patient has it.</param>
/// <param name="Nearest">Known codes that are alike, nearest first.</param>
/// <param name="Units">Units of its results, where it is compared with a number.</param>
/// <param name="UnitIsMissing">The comparison names no unit.</param>
[MemoryPackable]
internal sealed partial record CodeFinding(int Part, string Code, bool IsKnown, List<string> Nearest, List<string> Units, bool UnitIsMissing)
{
    public override string ToString() => "[phi]";
}
