using System.Text;
using Sealpost.Campaigns.Attachments;

namespace Sealpost.Tests.Campaigns.Attachments;

/// <summary>Small files of every kind that is taken.</summary>
internal static class SampleFiles
{
    public static byte[] Pdf { get; } = PdfOf("Your visit");

    public static byte[] Calendar { get; } = Encoding.UTF8.GetBytes("""
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Green Valley Clinic//EN
        METHOD:PUBLISH
        BEGIN:VEVENT
        UID:1@mail.greenvalley.example
        DTSTAMP:20261101T120000Z
        DTSTART:20261201T150000Z
        SUMMARY:Your visit
        END:VEVENT
        END:VCALENDAR

        """.ReplaceLineEndings("\r\n"));

    public static byte[] Text { get; } = Encoding.UTF8.GetBytes("Bring your card.\nTraiga su tarjeta, por favor.\n");

    /// <summary>A PDF with a word in its title; the smallest that readers open.</summary>
    public static byte[] PdfOf(string word) => Encoding.ASCII.GetBytes(
        $"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n4 0 obj<</Title({word})>>endobj\ntrailer<</Root 1 0 R/Info 4 0 R/Size 5>>\n%%EOF\n");

    public static CheckedAttachment Checked(string name, byte[] content) => CheckAttachment.Of(name, content);
}
