using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NSec.Cryptography;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>RFC 6376 §6.1.3 written out over our canonical forms, to check them against the RFCs' signatures.</summary>
internal static partial class PlainDkimVerifier
{
    /// <summary>Algorithms of the signatures that verify, in order. Only what we write ourselves can: relaxed/relaxed, SHA-256, the whole body.</summary>
    /// <param name="message">Lines end with CRLF.</param>
    /// <param name="keyOf">Public key by selector; null for a key that is not there.</param>
    public static IReadOnlyList<string> Verify(byte[] message, Func<string, string?> keyOf)
    {
        var text = Encoding.Latin1.GetString(message);
        var split = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (split < 0)
            return [];
        var fields = Fields(text[..split]);
        return
        [
            .. fields.Where(field => field.StartsWith("DKIM-Signature:", StringComparison.OrdinalIgnoreCase))
                .Where(field => Verifies(Tags(field), field, fields, text[(split + 4)..], keyOf)).Select(field => Tags(field)["a"]),
        ];
    }

    /// <summary>Tags of a signature, without white space.</summary>
    public static Dictionary<string, string> Tags(string field) =>
        field[(field.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';').Select(tag => tag.Split('=', 2)).Where(tag => tag.Length == 2)
            .GroupBy(tag => tag[0].Trim(), StringComparer.Ordinal).ToDictionary(tag => tag.Key, tag => string.Concat(tag.First()[1].Where(c => !char.IsWhiteSpace(c))));

    private static bool Verifies(Dictionary<string, string> tags, string field, List<string> fields, string body, Func<string, string?> keyOf) =>
        tags.GetValueOrDefault("v") == "1" && tags.GetValueOrDefault("c") == "relaxed/relaxed" && !tags.ContainsKey("l")
        && tags.GetValueOrDefault("a") is "rsa-sha256" or "ed25519-sha256"
        && tags["bh"] == Convert.ToBase64String(HashBody(body))
        && keyOf(tags["s"]) is { Length: > 0 } key
        && Check(tags, key, Input(fields, field, tags["h"]));

    private static List<string> Fields(string head)
    {
        var fields = new List<string>();
        foreach (var line in head.Split("\r\n"))
        {
            if (fields.Count > 0 && line is [' ' or '\t', ..])
                fields[^1] += line + "\r\n";
            else
                fields.Add(line + "\r\n");
        }

        return fields;
    }

    private static byte[] Input(List<string> fields, string signature, string names)
    {
        var left = new List<string>(fields);
        var chosen = new StringBuilder();
        foreach (var name in names.Split(':'))
        {
            var at = left.FindLastIndex(f => f.Split(':')[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase));
            if (at < 0)
                continue;
            chosen.Append(left[at]);
            left.RemoveAt(at);
        }

        // RFC 6376 §3.5: the signature itself counts as empty.
        var value = BeginOfSignature().Match(signature) is { Success: true } match ? match.Index + match.Length : throw new FormatException("The field has no b=.");
        var end = signature.IndexOf(';', value);
        chosen.Append(signature.AsSpan(0, value)).Append(signature.AsSpan(end < 0 ? signature.Length : end));
        using var canonical = new PooledBytes(256);
        DkimCanonicalisation.RelaxedHeaders(Encoding.Latin1.GetBytes(chosen.ToString().TrimEnd() + "\r\n"), canonical);
        return canonical.Span[..^2].ToArray();
    }

    private static bool Check(Dictionary<string, string> tags, string key, byte[] input)
    {
        var signature = Convert.FromBase64String(tags["b"]);
        if (tags["a"] == "ed25519-sha256")
        {
            var algorithm = SignatureAlgorithm.Ed25519;
            if (Convert.FromBase64String(key).Length != 32)
                return false;
            var publicKey = NSec.Cryptography.PublicKey.Import(algorithm, Convert.FromBase64String(key), KeyBlobFormat.RawPublicKey);
            return algorithm.Verify(publicKey, SHA256.HashData(input), signature);
        }

        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(key), out _);
        // RFC 8301 §3.2: shorter keys are no proof of anything.
        return rsa.KeySize >= 1024 && rsa.VerifyData(input, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static byte[] HashBody(string body)
    {
        var to = new byte[body.Length + 2];
        var length = DkimCanonicalisation.RelaxedBody(Encoding.Latin1.GetBytes(body), to);
        return SHA256.HashData(to.AsSpan(0, length));
    }

    [GeneratedRegex(@"[;\s]b\s*=", RegexOptions.None, 1_000)]
    private static partial Regex BeginOfSignature();
}
