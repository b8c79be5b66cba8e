using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sealpost.Tests.Delivery;

/// <summary>
/// Signatures of others, over the canonical forms that we sign by. We sign relaxed/relaxed with SHA-256 and nothing else, so a vector in another form
/// is skipped, and one that must not pass today (RFC 8301) must not pass here.
/// </summary>
public sealed partial class DkimVectorTests
{
    public static IEnumerable<TheoryDataRow<string>> Good => Files("stalwart/dkim", "*.txt").Concat(Files("dkim-mimekit", "*.msg")).Concat(Files("rfc", "*.eml"));

    public static IEnumerable<TheoryDataRow<string>> Bad => Files("dkim-mail-dkim", "*.txt").Concat(Files("rspamd-dkim-dmarc", "dkim_*.eml"));

    [Theory]
    [MemberData(nameof(Good), DisableDiscoveryEnumeration = true)]
    public void A_shared_signature_verifies_over_our_canonical_form(string vector)
    {
        var (message, keys) = Read(vector);
        var last = PlainDkimVerifier.Tags(SignatureField().Matches(message)[^1].Value);
        if (last["c"] != "relaxed/relaxed")
            Assert.Skip($"signed {last["c"]}: we write relaxed/relaxed alone");
        if (!keys.ContainsKey($"{last["s"]}._domainkey.{last["d"]}"))
            Assert.Skip("its key is not in the set");
        Assert.Contains(last["a"], PlainDkimVerifier.Verify(Encoding.Latin1.GetBytes(message), selector => KeyOf(keys, selector)));

        // One letter more in the body, and in a signed field.
        Assert.Empty(PlainDkimVerifier.Verify(Encoding.Latin1.GetBytes(message + "x\r\n"), selector => KeyOf(keys, selector)));
        var subject = message.IndexOf("\r\nSubject:", StringComparison.OrdinalIgnoreCase) + "\r\nSubject:".Length;
        Assert.Empty(PlainDkimVerifier.Verify(Encoding.Latin1.GetBytes(message.Insert(subject, " x")), selector => KeyOf(keys, selector)));
    }

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void A_shared_signature_that_is_no_proof_today_does_not_verify(string vector)
    {
        var (message, keys) = Read(vector);
        Assert.Empty(PlainDkimVerifier.Verify(Encoding.Latin1.GetBytes(message), selector => KeyOf(keys, selector)));
    }

    private static IEnumerable<TheoryDataRow<string>> Files(string folder, string pattern)
    {
        var path = Path.Combine(TestData.Root, "mail-auth-vectors", folder);
        // A row is there even without the data, and skips with the reason.
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal).Where(file => !file.EndsWith("FAKE_DNS.dat", StringComparison.Ordinal)).Select(file => new TheoryDataRow<string>(folder + "/" + Path.GetFileName(file)))
            : [new TheoryDataRow<string>(folder)];
    }

    private static (string Message, Dictionary<string, string> Keys) Read(string vector)
    {
        var path = TestData.Require(["mail-auth-vectors", .. vector.Split('/')]);
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(path)).ReplaceLineEndings("\r\n");
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var folder = Path.GetDirectoryName(path)!;
        if (vector.StartsWith("stalwart", StringComparison.Ordinal))
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            Add(keys, text[..end].Split("\r\n"));
            text = text[(end + 4)..];
        }
        else if (vector.StartsWith("dkim-mail-dkim", StringComparison.Ordinal))
        {
            Add(keys, File.ReadAllLines(Path.Combine(folder, "FAKE_DNS.dat")));
        }
        else if (vector.StartsWith("dkim-mimekit", StringComparison.Ordinal))
        {
            keys["20120113._domainkey.gmail.com"] = "p=" + string.Concat(File.ReadAllLines(Path.Combine(folder, "gmail.pub")).Where(line => !line.StartsWith('-')));
            Add(keys, Rfc8463);
        }
        else if (vector.StartsWith("rspamd", StringComparison.Ordinal))
        {
            using var dns = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "fake_dns.json")));
            foreach (var record in dns.RootElement.EnumerateArray().Where(record => record.GetProperty("type").GetString() == "txt"))
                keys[record.GetProperty("name").GetString()!] = string.Concat(record.GetProperty("replies").EnumerateArray().Select(reply => reply.GetString()));
        }

        return (text, keys);
    }

    // RFC 8463 §A.2.
    private static string[] Rfc8463 =>
    [
        "brisbane._domainkey.football.example.com v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "test._domainkey.football.example.com v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    ];

    private static void Add(Dictionary<string, string> keys, IEnumerable<string> lines)
    {
        foreach (var parts in lines.Where(line => !line.StartsWith('#')).Select(line => line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries)).Where(parts => parts.Length == 2))
            keys[parts[0].TrimEnd('.')] = parts[1];
    }

    private static string? KeyOf(Dictionary<string, string> keys, string selector) =>
        keys.Where(key => key.Key.StartsWith(selector + "._domainkey.", StringComparison.Ordinal)).Select(key => PlainDkimVerifier.Tags("x:" + key.Value).GetValueOrDefault("p")).FirstOrDefault();

    [GeneratedRegex(@"^DKIM-Signature:[^\r\n]*(\r\n[ \t][^\r\n]*)*", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SignatureField();
}
