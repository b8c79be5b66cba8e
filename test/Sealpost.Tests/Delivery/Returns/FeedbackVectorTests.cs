using System.Text.Json;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>Feedback reports (RFC 5965) of the shared sets: complaints, whatever else they say.</summary>
public sealed class FeedbackVectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_shared_feedback_report_is_read_as_what_it_says()
    {
        var reports = Directory.EnumerateFiles(TestData.Require("mail-auth-vectors", "stalwart", "arf"), "*.eml").ToList();
        foreach (var path in reports)
        {
            using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.ChangeExtension(path, ".json"), Token));
            var read = await ReadReturn.ReadAsync(await File.ReadAllBytesAsync(path, Token), Token);
            Assert.Equal(expected.RootElement.GetProperty("feedback_type").GetString(), read.FeedbackType, ignoreCase: true);
            Assert.Equal(ReturnClass.Complaint, read.Class);
        }

        Assert.NotEmpty(reports);
    }

    [Fact]
    public async Task Every_shared_report_in_the_form_of_the_standard_s_example_is_a_complaint_and_blames_no_mailbox()
    {
        var paths = Directory.EnumerateFiles(TestData.Require("bounces-misc", "kumomta-rfc5965"), "*.eml").ToList();
        foreach (var path in paths)
        {
            var read = await ReadReturn.ReadAsync(await File.ReadAllBytesAsync(path, Token), Token);
            Assert.Equal((ReturnClass.Complaint, false), (read.Class, read.Final));
        }

        Assert.NotEmpty(paths);
    }
}
