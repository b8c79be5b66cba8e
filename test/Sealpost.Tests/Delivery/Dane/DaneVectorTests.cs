using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;
using Sealpost.Delivery.Dane;

namespace Sealpost.Tests.Delivery.Dane;

/// <summary>The shared vectors (from OpenSSL's danetest), each by its number, against a host called example.com.</summary>
public sealed class DaneVectorTests
{
    private const int Ok = 0;
    private const int NameMismatch = 62;

    private static readonly DaneRules Rules = new(new FakeTimeProvider(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));

    public static TheoryData<int> Vectors()
    {
        var path = Path.Combine(TestData.Root, "mail-auth-vectors", "dane", "vectors.json");
        return File.Exists(path) ? [.. JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray().Select(v => v.GetProperty("n").GetInt32())] : [0];
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_shared_vector_is_judged_as_SMTP_demands(int number)
    {
        var path = TestData.Require("mail-auth-vectors", "dane", "vectors.json");
        var vector = JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray().First(v => v.GetProperty("n").GetInt32() == number);
        List<TlsaEntry> records =
        [
            .. vector.GetProperty("tlsa").EnumerateArray().Select(t => new TlsaEntry(
                t.GetProperty("usage").GetByte(), t.GetProperty("selector").GetByte(), t.GetProperty("mtype").GetByte(), Convert.FromHexString(t.GetProperty("data").GetString()!))),
        ];
        if (records.TrueForAll(r => r.Usage < 2))
        {
            Assert.All(records, r => Assert.False(r.IsUsable));
            Assert.Skip("Usages 0 and 1 are not for SMTP (RFC 7672 §3.1.3): such records count as unusable, whatever certificate the host has.");
        }

        var failure = Judge(vector, records);
        var expected = vector.GetProperty("verify_result").GetInt32();
        if (expected == NameMismatch && records.TrueForAll(r => r.Usage == TlsaEntry.EndEntity))
        {
            Assert.Null(failure);
            Assert.Skip("OpenSSL was asked to check the name; SMTP does not under usage 3 (RFC 7672 §3.1.1).");
        }

        Assert.Equal(expected switch { Ok => null, NameMismatch => TlsFailure.CertificateHostMismatch, _ => TlsFailure.ValidationFailure }, failure);
    }

    private static TlsFailure? Judge(JsonElement vector, List<TlsaEntry> records)
    {
        List<X509Certificate2> chain = [.. vector.GetProperty("certs").EnumerateArray().Select(c => X509Certificate2.CreateFromPem(c.GetString()))];
        try
        {
            return Rules.Judge(new DaneFinding.Usable(records, "example.com", ["example.com"]), chain[0], chain[1..]);
        }
        finally
        {
            chain.ForEach(c => c.Dispose());
        }
    }
}
