using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

public sealed class NotABounceTests(ITestOutputHelper output)
{
    [Fact]
    public async Task No_healthy_address_is_named_by_mail_that_is_no_bounce()
    {
        var folder = TestData.Require("bounces-sisimai", "not-bounce");
        var matrix = new ConfusionMatrix();
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var read = await ReadReturn.ReadAsync(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            matrix.Add("none 0", $"{(read.Class is ReturnClass.NotABounce or ReturnClass.AutoReply ? "none" : "bounce")} {read.Recipients.Count}", Path.GetFileName(path));
        }

        output.WriteLine(matrix.ToString());
        Assert.True(matrix.Right == 1, matrix.ToString());
    }

    [Fact]
    public async Task Line_ends_of_other_systems_change_nothing()
    {
        var folder = TestData.Require("bounces-sisimai", "line-endings");
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(path);
            var twin = Path.Combine(folder, "..", "eml", name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..]);
            if (!File.Exists(twin))
                continue;
            var given = await ReadReturn.ReadAsync(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            var wanted = await ReadReturn.ReadAsync(await File.ReadAllBytesAsync(twin, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            Assert.Equal((wanted.Class, wanted.Reason, wanted.Final), (given.Class, given.Reason, given.Final));
        }
    }
}
