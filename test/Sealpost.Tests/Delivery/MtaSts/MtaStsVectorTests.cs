using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Tests.Delivery.MtaSts;

/// <summary>The shared vectors (from mox and postfix-mta-sts-resolver), each by its number. RFC 8461.</summary>
public sealed class MtaStsVectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int, string> Vectors()
    {
        var path = Path.Combine(TestData.Root, "mail-auth-vectors", "mta-sts", "vectors.json");
        var data = new TheoryData<int, string>();
        if (!File.Exists(path))
            data.Add(0, "absent");
        else
            foreach (var (vector, number) in JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray().Select((v, i) => (v, i)))
                data.Add(number, vector.GetProperty("kind").GetString()!);
        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task A_shared_vector_is_read_as_it_says(int number, string kind)
    {
        var path = TestData.Require("mail-auth-vectors", "mta-sts", "vectors.json");
        var vector = JsonDocument.Parse(await File.ReadAllTextAsync(path, Token)).RootElement[number];
        switch (kind)
        {
            case "txt-record":
                var id = StsRecord.IdOf([Text(vector, "input")]);
                Assert.Equal(vector.GetProperty("valid").GetBoolean() ? Text(vector, "id") : null, id);
                break;
            case "policy":
                CheckPolicy(vector, MtaStsPolicy.Read(Text(vector, "input")));
                break;
            case "mx-match":
                Assert.Equal(vector.GetProperty("match").GetBoolean(), MtaStsPolicy.Read(Text(vector, "policy"))!.Allows(Text(vector, "mx")));
                break;
            case "fetch":
                await CheckFetchAsync(vector);
                break;
            case "content-type":
                Assert.Equal(vector.GetProperty("acceptable").GetBoolean(), FetchStsPolicy.IsPlainText(MediaTypeHeaderValue.Parse(Text(vector, "input"))));
                break;
            case "txt-record-parse":
                CheckLenient(vector);
                break;
            default:
                Assert.Fail($"Nothing here reads a vector of kind {kind}.");
                break;
        }
    }

    private static void CheckPolicy(JsonElement vector, MtaStsPolicy? policy)
    {
        if (!vector.GetProperty("valid").GetBoolean())
        {
            Assert.Null(policy);
            return;
        }

        Assert.NotNull(policy);
        Assert.Equal(Text(vector, "mode"), policy.Mode.ToString().ToLowerInvariant());
        Assert.Equal(vector.GetProperty("mx").EnumerateArray().Select(m => m.GetString()!), policy.Patterns);
        Assert.Equal(vector.GetProperty("max_age").GetInt64(), (long)policy.MaxAge.TotalSeconds);
    }

    private static async Task CheckFetchAsync(JsonElement vector)
    {
        await using var lab = PolicyServer.Start((HttpStatusCode)vector.GetProperty("http_status").GetInt32(), Text(vector, "body"));
        var fetched = await lab.FetchAsync("clinic.example", Token);
        Assert.Null(fetched.Policy);
        Assert.Equal(
            Text(vector, "expect").StartsWith("policy-syntax", StringComparison.Ordinal) ? Sealpost.Delivery.TlsFailure.StsPolicyInvalid : Sealpost.Delivery.TlsFailure.StsPolicyFetchError,
            fetched.Failure);
    }

    // These come from a parser that only looks for tags. Where RFC 8461 §3.1 forbids the form, the strict reader must refuse it.
    private static void CheckLenient(JsonElement vector)
    {
        var input = Text(vector, "input");
        var id = StsRecord.IdOf([input]);
        if (vector.GetProperty("v_and_id_found").GetBoolean() && input.EndsWith(";;", StringComparison.Ordinal))
        {
            Assert.Null(id);
            Assert.Skip("A lenient parser accepts several delimiters at the end; the grammar of RFC 8461 §3.1 allows one, and another vector demands that more are refused.");
        }

        Assert.Equal(vector.GetProperty("v_and_id_found").GetBoolean(), id is not null);
    }

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;
}
