using System.Text;
using Sealpost.Campaigns.Attachments;
using Sealpost.Tests.Library;

namespace Sealpost.Tests.Campaigns.Attachments;

/// <summary>What a campaign may carry: judged by content as well as by name, and the name is what people read on every system.</summary>
public sealed class CheckAttachmentTests
{
    [Fact]
    public void Every_kind_that_is_taken_is_told_by_its_content()
    {
        (string Name, byte[] Content, AttachmentType Type)[] files =
        [
            ("leaflet.pdf", SampleFiles.Pdf, AttachmentType.Pdf), ("map.PNG", ImageTests.Png(3, 2), AttachmentType.Png),
            ("notes.txt", SampleFiles.Text, AttachmentType.Text), ("visit.ics", SampleFiles.Calendar, AttachmentType.Calendar),
        ];
        Assert.All(files, file => Assert.Equal((file.Name, file.Type), (SampleFiles.Checked(file.Name, file.Content).Name, SampleFiles.Checked(file.Name, file.Content).Type)));
    }

    [Fact]
    public void A_picture_loses_place_and_camera_and_everything_else_stays_byte_for_byte()
    {
        var photo = ImageTests.Png(3, 2, ("tEXt", "GPS 42.1,-71.2"u8.ToArray()));
        Assert.Equal(ImageTests.Png(3, 2), SampleFiles.Checked("map.png", photo).Content);
        Assert.Equal(SampleFiles.Pdf, SampleFiles.Checked("leaflet.pdf", SampleFiles.Pdf).Content);
        Assert.Equal(SampleFiles.Calendar, SampleFiles.Checked("visit.ics", SampleFiles.Calendar).Content);
    }

    [Theory]
    [InlineData("leaflet.png", "%PDF-1.7\n%%EOF", "is a PDF by its content")]
    [InlineData("leaflet.pdf", "Only text", "is a text by its content")]
    [InlineData("visit.txt", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR", "is a calendar by its content")]
    [InlineData("leaflet.pdf", "PK\u0003\u0004 a Word file", "none of PDF")]
    [InlineData("notes.txt", "MZ\u0000\u0001", "none of PDF")]
    [InlineData("leaflet.pdf", "%PDF-1.7\nhalf of it", "cut off")]
    [InlineData("notes.txt", "", "is empty")]
    [InlineData("visit.ics", "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nEND:VCALENDAR", "ends nothing")]
    [InlineData("visit.ics", "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT", "VEVENT has no end")]
    [InlineData("visit.ics", "BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR", "VERSION:2.0")]
    [InlineData("visit.ics", "BEGIN:VCALENDAR\nVERSION:2.0\nMETH\n OD:REQUEST\nEND:VCALENDAR", "invitation")]
    [InlineData("leaflet.docx", "text", "ends in one of")]
    [InlineData("leaflet", "text", "ends in one of")]
    public void What_is_not_taken_is_refused_with_the_way_out(string name, string content, string says) =>
        Assert.Contains(says, Refusal(name, Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void Text_that_is_not_utf8_is_refused() => Assert.Contains("none of PDF", Refusal("notes.txt", [0x63, 0x69, 0x74, 0xE9, 0x65]), StringComparison.Ordinal);

    [Theory]
    [InlineData("leaflet\r\nX-Evil: 1.pdf", "line break")]
    [InlineData("leaf\u202Efdp.txt", "U+202E")]
    [InlineData("leaf\u2066let.pdf", "U+2066")]
    [InlineData("leaf\u200Blet.pdf", "U+200B")]
    [InlineData("leaf\0let.pdf", "U+0000")]
    [InlineData("leaf\uE000let.pdf", "U+E000")]
    [InlineData("../leaflet.pdf", "which not every system can save")]
    [InlineData("C:\\leaflet.pdf", "which not every system can save")]
    [InlineData("leaf\"let.pdf", "which not every system can save")]
    [InlineData(".pdf", "ends in one of")]
    [InlineData("con.pdf", "ends in one of")]
    [InlineData("", "ends in one of")]
    public void A_name_that_says_another_thing_than_it_is_is_refused(string name, string says) => Assert.Contains(says, Refusal(name, SampleFiles.Pdf), StringComparison.Ordinal);

    [Fact]
    public void A_name_has_at_most_100_characters_and_no_half_ones()
    {
        Assert.Equal(100, SampleFiles.Checked(new string('a', 96) + ".pdf", SampleFiles.Pdf).Name.Length);
        Assert.Contains("at most 100", Refusal(new string('a', 97) + ".pdf", SampleFiles.Pdf), StringComparison.Ordinal);
        Assert.Contains("at most 100", Refusal(new string('語', 80) + ".pdf", SampleFiles.Pdf), StringComparison.Ordinal);
        Assert.Contains("half a character", Refusal("leaf\uD83D.pdf", SampleFiles.Pdf), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_pieces_is_composed_and_its_ends_trimmed() =>
        Assert.Equal("visión 🩺.pdf", SampleFiles.Checked(" visio\u0301n 🩺.pdf ", SampleFiles.Pdf).Name);

    [Fact]
    public void Files_of_a_campaign_are_few_small_and_told_apart()
    {
        Assert.Contains("at most 5", Refusal(() => CheckAttachment.Together([.. Enumerable.Range(0, 6).Select(i => ($"{i}.pdf", 1L))])), StringComparison.Ordinal);
        Assert.Contains("10 MB together", Refusal(() => CheckAttachment.Together([("a.pdf", 6_000_000), ("b.pdf", 4_000_001)])), StringComparison.Ordinal);
        Assert.Contains("two files", Refusal(() => CheckAttachment.Together([("a.pdf", 1), ("A.pdf", 1)])), StringComparison.Ordinal);
        Assert.Contains("10 MB together", Refusal("a.pdf", new byte[CheckAttachment.MostBytes + 1]), StringComparison.Ordinal);
        CheckAttachment.Together([("a.pdf", 6_000_000), ("b.pdf", 4_000_000)]);
    }

    private static string Refusal(string name, byte[] content) => Refusal(() => CheckAttachment.Of(name, content));

    private static string Refusal(Action act) => Assert.Throws<RefusedException>(act).Message;
}
