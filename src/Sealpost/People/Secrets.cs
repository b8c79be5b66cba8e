using System.Security.Cryptography;
using System.Text;

namespace Sealpost.People;

/// <summary>Random values that people carry, and their hashes, which alone are stored.</summary>
internal static class Secrets
{
    private const int TokenBytes = 32;
    private const int IdBytes = 9;

    /// <summary>A 256-bit value, safe in addresses and cookies.</summary>
    public static string Token() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>A short random id that is no secret.</summary>
    public static string Id(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>SHA-256: enough for values of 256 random bits.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
