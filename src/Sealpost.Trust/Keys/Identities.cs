using System.Globalization;

namespace Sealpost.Trust.Keys;

/// <summary>An organisation (covered entity; the tenant) of this installation; 1 is the first one made.</summary>
/// <param name="Value">Number, from 1.</param>
public readonly record struct OrganisationId(int Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A patient's number within an organisation. The shard is the number / 65,536, the ordinal the rest.</summary>
/// <param name="Value">Number, from 0, never reused.</param>
public readonly record struct PatientNumber(int Value)
{
    /// <summary>Patients per shard.</summary>
    public const int ShardSize = 65_536;

    /// <summary>The shard that owns this patient.</summary>
    public int Shard => Value >> 16;

    /// <summary>The place within the shard, 0 to 65,535.</summary>
    public int Ordinal => Value & 0xFFFF;

    /// <summary>The number at a place within a shard.</summary>
    public static PatientNumber At(int shard, int ordinal) => new((shard << 16) | ordinal);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
