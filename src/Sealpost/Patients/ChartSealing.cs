using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using MemoryPack;
using Sealpost.Trust.Keys;

namespace Sealpost.Patients;

/// <summary>Seals and opens the parts of a chart. Part 0 is the head, part n the page n - 1.</summary>
internal static class ChartSealing
{
    /// <summary>Seals the head, bound to patient and version.</summary>
    public static byte[] SealHead(PatientKey key, long version, ChartHead head) => Seal(key, 0, version, MemoryPackSerializer.Serialize(head));

    /// <summary>Seals a page, bound to patient, page number and version.</summary>
    public static byte[] SealPage(PatientKey key, long version, FactPage page) => Seal(key, page.Number + 1, version, MemoryPackSerializer.Serialize(page));

    /// <summary>Opens a whole chart from its sealed parts in order.</summary>
    /// <exception cref="Trust.Sealing.SealException">A part was altered or moved.</exception>
    public static Chart Open(PatientNumber patient, PatientKey key, IReadOnlyList<SealedPart> parts)
    {
        var head = OpenHead(key, parts[0]);
        var pages = new FactPage[parts.Count - 1];
        for (var i = 0; i < pages.Length; i++)
            pages[i] = Open<FactPage>(key, parts[i + 1]);
        return new Chart(patient, head, pages);
    }

    /// <summary>Opens the head alone.</summary>
    public static ChartHead OpenHead(PatientKey key, SealedPart part) => Open<ChartHead>(key, part);

    private static byte[] Seal(PatientKey key, int part, long version, byte[] clear)
    {
        var result = key.Seal(NameOf(part), version, clear);
        CryptographicOperations.ZeroMemory(clear);
        return result;
    }

    private static T Open<T>(PatientKey key, SealedPart part)
    {
        var clear = ArrayPool<byte>.Shared.Rent(part.Bytes.Length);
        T? result;
        try
        {
            var length = key.Open(NameOf(part.Part), part.Version, part.Bytes, clear);
            result = MemoryPackSerializer.Deserialize<T>(clear.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear.AsSpan(0, part.Bytes.Length));
            ArrayPool<byte>.Shared.Return(clear);
        }

        return result ?? throw new InvalidDataException($"Part {part.Part} of a chart holds nothing.");
    }

    private static string NameOf(int part) => part switch
    {
        0 => "head",
        1 => "page:0",
        _ => string.Create(CultureInfo.InvariantCulture, $"page:{part - 1}"),
    };
}

/// <summary>A sealed part as stored.</summary>
/// <param name="Part">0 for the head, else page number + 1.</param>
/// <param name="Version">The version it was sealed under.</param>
/// <param name="Bytes">Ciphertext.</param>
internal readonly record struct SealedPart(int Part, long Version, byte[] Bytes);
