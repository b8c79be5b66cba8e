using System.Text.Json;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>Bounces of many mail systems with the class that Sisimai gives them.</summary>
public sealed class SisimaiTests(ITestOutputHelper output)
{
    private static readonly string[] Grave = ["complaint", "auto-reply", "hard", "soft", "none"];

    [Fact]
    public async Task Ninety_five_of_a_hundred_bounces_get_the_right_class()
    {
        var folder = TestData.Require("bounces-sisimai");
        using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "expected.json"), TestContext.Current.CancellationToken));
        var matrix = new ConfusionMatrix();
        foreach (var file in expected.RootElement.EnumerateObject())
        {
            var mail = await File.ReadAllBytesAsync(Path.Combine(folder, "eml", file.Name), TestContext.Current.CancellationToken);
            var read = await ReadReturn.ReadAsync(mail, TestContext.Current.CancellationToken);
            var all = file.Value.EnumerateArray().ToList();
            var wanted = Gravest(all);
            matrix.Add(wanted, Name(read.Class), $"{file.Name} {string.Join(' ', all.Select(one => $"{one.GetProperty("reason").GetString()}/{one.GetProperty("status").GetString()}"))} -> {read.Class} {read.Reason} {(read.Recipients.Count > 0 ? read.Recipients[0].Status : "")} {read.Recipients.Count}");
        }

        output.WriteLine(matrix.ToString());
        Assert.True(matrix.Right >= 0.95, matrix.ToString());
    }

    private static string Gravest(List<JsonElement> all)
    {
        var names = all.ConvertAll(one => (one.GetProperty("reason").GetString(), one.GetProperty("hardbounce").GetBoolean()) switch
        {
            ("feedback", _) => "complaint",
            ("vacation", _) => "auto-reply",
            ("delivered", _) => "none",
            (_, true) => "hard",
            _ => "soft",
        });
        return Grave.First(names.Contains);
    }

    // A delay is a soft failure that is not final; Sisimai knows no word for it.
    private static string Name(ReturnClass of) => of switch
    {
        ReturnClass.HardBounce => "hard",
        ReturnClass.SoftBounce or ReturnClass.DelayNotice => "soft",
        ReturnClass.Complaint => "complaint",
        ReturnClass.AutoReply => "auto-reply",
        _ => "none",
    };
}
