using System.Buffers.Binary;
using System.Security.Cryptography;
using Sealpost.Trust.Keys;

namespace Sealpost.Trust.Sealing;

/// <summary>A sealed value that names the version of its key: format 1 ‖ version ‖ nonce ‖ tag ‖ ciphertext.</summary>
internal static class VersionedSeal
{
    public const int Header = 1 + sizeof(int);
    public const int Overhead = Header + SealingKey.Overhead;
    public const int WrappedKeyLength = Overhead + SealingKey.KeyLength;
    private const byte Format = 1;

    public static byte[] Seal(SealingKey key, int version, Binding binding, ReadOnlySpan<byte> clear)
    {
        var result = new byte[Overhead + clear.Length];
        Seal(key, version, binding, clear, result);
        return result;
    }

    /// <summary>Fills <paramref name="to"/>, which is <see cref="Overhead"/> bytes longer than the clear bytes.</summary>
    public static void Seal(SealingKey key, int version, Binding binding, ReadOnlySpan<byte> clear, Span<byte> to)
    {
        to[0] = Format;
        BinaryPrimitives.WriteInt32BigEndian(to[1..], version);
        var data = binding.ToData(stackalloc byte[AssociatedData.StackLength], version);
        key.Seal(clear, data.Bytes, to[Header..]);
    }

    public static int VersionOf(ReadOnlySpan<byte> sealedBytes, Binding binding)
    {
        if (sealedBytes.Length < Overhead || sealedBytes[0] != Format)
            throw new SealException($"{binding} is cut short or not a sealed value: restore the row from a backup.");
        return BinaryPrimitives.ReadInt32BigEndian(sealedBytes[1..]);
    }

    public static byte[] Open(SealingKey key, Binding binding, ReadOnlySpan<byte> sealedBytes)
    {
        var clear = new byte[sealedBytes.Length - Overhead];
        Open(key, binding, sealedBytes, clear);
        return clear;
    }

    public static void Open(SealingKey key, Binding binding, ReadOnlySpan<byte> sealedBytes, Span<byte> clear)
    {
        var version = VersionOf(sealedBytes, binding);
        var data = binding.ToData(stackalloc byte[AssociatedData.StackLength], version);
        try
        {
            key.Open(sealedBytes[Header..], data.Bytes, clear);
        }
        catch (CryptographicException e)
        {
            throw new SealException($"{binding} did not open under key version {version}: it was altered or belongs elsewhere. Restore the row from a backup.", e);
        }
    }
}

/// <summary>What a versioned seal is bound to besides the version.</summary>
/// <param name="Kind">What it is; part of the binding.</param>
/// <param name="Organisation">Owner.</param>
/// <param name="Number">Page or patient; 0 where there is none.</param>
/// <param name="Context">The caller's context.</param>
internal readonly record struct Binding(BindingKind Kind, OrganisationId Organisation, long Number = 0, string Context = "")
{
    public AssociatedData ToData(Span<byte> buffer, int version) =>
        new(buffer, Label, Organisation, Number, version, Context);

    private ReadOnlySpan<byte> Label => Kind switch
    {
        BindingKind.PatientKey => "sealpost/patient-key"u8,
        BindingKind.PageKey => "sealpost/page-key"u8,
        BindingKind.BlindIndexKey => "sealpost/blind-index-key"u8,
        _ => "sealpost/value"u8,
    };

    /// <summary>For error texts: names the place, never the content.</summary>
    public override string ToString() => Kind switch
    {
        BindingKind.PatientKey => $"The key of patient {Number} of organisation {Organisation}",
        BindingKind.PageKey => $"The key of page {Number} of organisation {Organisation}",
        BindingKind.BlindIndexKey => $"The blind-index key of organisation {Organisation}",
        _ => $"A sealed value of organisation {Organisation}",
    };
}

/// <summary>Kinds of versioned seals.</summary>
internal enum BindingKind
{
    /// <summary>A value of the organisation.</summary>
    Value,

    /// <summary>A patient's key under a page key.</summary>
    PatientKey,

    /// <summary>A page key under an organisation key.</summary>
    PageKey,

    /// <summary>The blind-index key under an organisation key.</summary>
    BlindIndexKey,
}
