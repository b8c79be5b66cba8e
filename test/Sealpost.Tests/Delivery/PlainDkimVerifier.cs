using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>RFC 6376 §6.1.3 written out over our canonical forms, to check them against the RFCs' signatures.</summary>
internal static class PlainDkimVerifier
{
    /// <summary>Algorithms of the signatures that verify, in order.</summary>
    public static IReadOnlyList<string> Verify(byte[] message, Func<string, string> keyOf)
    {
        var text = Encoding.Latin1.GetString(message);
        var split = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var fields = Fields(text[..split]);
        var verified = new List<string>();
        foreach (var field in fields.Where(f => f.StartsWith("DKIM-Signature:", StringComparison.OrdinalIgnoreCase)))
        {
            var tags = field[(field.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(';')
                .Select(t => t.Split('=', 2)).Where(t => t.Length == 2)
                .ToDictionary(t => t[0].Trim(), t => string.Concat(t[1].Where(c => !char.IsWhiteSpace(c))));
            if (tags["bh"] == Convert.ToBase64String(HashBody(text[(split + 4)..])) && Check(tags, keyOf(tags["s"]), Input(fields, field, tags["h"])))
                verified.Add(tags["a"]);
        }

        return verified;
    }

    private static List<string> Fields(string head)
    {
        var fields = new List<string>();
        foreach (var line in head.Split("\r\n"))
        {
            if (line[0] is ' ' or '\t')
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

        // b= begins a line in both examples.
        var value = signature.IndexOf("\n b=", StringComparison.Ordinal) + 4;
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
            var publicKey = NSec.Cryptography.PublicKey.Import(algorithm, Convert.FromBase64String(key), KeyBlobFormat.RawPublicKey);
            return algorithm.Verify(publicKey, SHA256.HashData(input), signature);
        }

        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(key), out _);
        return rsa.VerifyData(input, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static byte[] HashBody(string body)
    {
        var to = new byte[body.Length + 2];
        var length = DkimCanonicalisation.RelaxedBody(Encoding.Latin1.GetBytes(body), to);
        return SHA256.HashData(to.AsSpan(0, length));
    }
}
