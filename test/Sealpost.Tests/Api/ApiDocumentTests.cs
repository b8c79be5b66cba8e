using System.Text.Json;
using Sealpost.App.Api;
using Sealpost.App.Hosting;
using Sealpost.Tests.Compliance;

namespace Sealpost.Tests.Api;

/// <summary>The description of the API as it is served: whoever writes a client needs nothing else.</summary>
public sealed class ApiDocumentTests(ServedOffice office)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_says_what_it_does_asks_for_the_token_and_names_its_problems()
    {
        using var document = await ReadAsync();
        var problems = document.RootElement.GetProperty("components").GetProperty("responses");
        foreach (var (name, isWrite, operation) in Operations(document))
        {
            Assert.True(operation.TryGetProperty("summary", out var summary) && summary.GetString()!.Length > 5, $"{name} has no summary.");
            Assert.True(operation.TryGetProperty("security", out var security) && security[0].TryGetProperty(TokenAuthentication.SchemeName, out _), $"{name} asks for no token.");
            var answers = operation.GetProperty("responses").EnumerateObject().Where(answer => answer.Name[0] == '4').ToDictionary(answer => answer.Name, answer => answer.Value.GetProperty("$ref").GetString()!.Split('/')[^1]);
            Assert.All(answers.Values, answer => Assert.Equal("#/components/schemas/Problem", problems.GetProperty(answer).GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString()));
            string[] expected = ["401", .. name.Contains("{org}", StringComparison.Ordinal) ? (string[])["403", "404", "422"] : [], .. isWrite ? (string[])["400", "409"] : []];
            Assert.True(expected.All(answers.ContainsKey), $"{name} can be answered with {string.Join(", ", expected.Except(answers.Keys))} and does not say so.");
        }

        var scheme = document.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty(TokenAuthentication.SchemeName);
        Assert.Equal(("http", "bearer"), (scheme.GetProperty("type").GetString(), scheme.GetProperty("scheme").GetString()));
        Assert.True(document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("Problem").GetProperty("properties").TryGetProperty("detail", out _));
    }

    [Fact]
    public async Task Every_write_takes_a_key_but_the_one_whose_body_has_no_end()
    {
        using var document = await ReadAsync();
        var without = Operations(document).Where(one => one.IsWrite != Keyed(one.Operation)).Select(one => one.Name).ToList();
        Assert.Equal(["post /api/v1/organisations/{org}/imports/jobs/{job}/files"], without);
        Assert.Equal(IdempotentWrites.Header, document.RootElement.GetProperty("components").GetProperty("parameters").GetProperty("IdempotencyKey").GetProperty("name").GetString());
    }

    private static bool Keyed(JsonElement operation) => operation.TryGetProperty("parameters", out var parameters)
        && parameters.EnumerateArray().Any(parameter => parameter.TryGetProperty("$ref", out var reference) && reference.GetString() == "#/components/parameters/IdempotencyKey");

    private static List<(string Name, bool IsWrite, JsonElement Operation)> Operations(JsonDocument document)
    {
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => ($"{operation.Name} {path.Name}", operation.Name is not "get", operation.Value))).ToList();
        Assert.True(operations.Count > 100, "The document was not read.");
        return operations;
    }

    private async Task<JsonDocument> ReadAsync()
    {
        await office.StartedAsync();
        using var http = new HttpClient { BaseAddress = new Uri(office.Url) };
        return JsonDocument.Parse(await http.GetByteArrayAsync(new Uri("/api/openapi/v1.json", UriKind.Relative), Token));
    }
}
