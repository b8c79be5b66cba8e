using System.Text.Json;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>Bounces that mostly follow no standard, with the addresses that failed.</summary>
public sealed class FluflTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Ninety_five_of_a_hundred_old_bounces_give_exactly_the_failed_addresses()
    {
        var folder = TestData.Require("bounces-flufl");
        using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "expected.json"), TestContext.Current.CancellationToken));
        var matrix = new ConfusionMatrix();
        foreach (var file in expected.RootElement.EnumerateObject())
        {
            var mail = await File.ReadAllBytesAsync(Path.Combine(folder, "eml", file.Name), TestContext.Current.CancellationToken);
            var read = await ReadReturn.ReadAsync(mail, TestContext.Current.CancellationToken);
            var given = Line(read.Recipients.Where(one => one.Final).Select(one => one.Address), read.Recipients.Where(one => !one.Final).Select(one => one.Address));
            matrix.Add("exact", given == Wanted(file.Value) ? "exact" : "other", $"{file.Name} wanted {Wanted(file.Value)} given {given} {read.Class} {read.Reason}");
        }

        output.WriteLine(matrix.ToString());
        Assert.True(matrix.Right >= 0.95, matrix.ToString());
    }

    private static string Wanted(JsonElement file) =>
        file.ValueKind == JsonValueKind.Null ? Line([], []) : Line(List(file, "permanent"), List(file, "temporary"));

    private static IEnumerable<string> List(JsonElement file, string name) => file.GetProperty(name).EnumerateArray().Select(one => one.GetString()!);

    private static string Line(IEnumerable<string> permanent, IEnumerable<string> temporary) =>
        $"{string.Join(',', permanent.Order(StringComparer.Ordinal))} | {string.Join(',', temporary.Order(StringComparer.Ordinal))}";
}
