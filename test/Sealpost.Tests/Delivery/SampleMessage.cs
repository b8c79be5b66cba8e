using System.Text;
using Sealpost.Content;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>A personalised message of about the size that mail of this kind has.</summary>
internal static class SampleMessage
{
    public static readonly DateTimeOffset Date = new(2025, 11, 24, 9, 30, 0, TimeSpan.FromHours(-5));

    /// <summary>One pair for all tests that do not make keys themselves; making an RSA key takes long.</summary>
    public static readonly DkimKeys Keys = DkimKeys.Create("mail.greenvalley.test", TimeProvider.System);

    public static RenderedMessage Rendered { get; } = new(
        "Green Valley Clinic <care@mail.greenvalley.test>",
        "Your yearly eye exam, Zoë",
        Html(160),
        "Dear Zoë,\r\n\r\nyour yearly eye exam is due.\r\n.hidden dot\r\nFrom here on it takes twenty minutes.   \r\n\r\n-- \r\nGreen Valley Clinic, 1 Main Street, Springfield\r\n",
        "https://care.greenvalley.test/u/Zm9vYmFyYmF6?l=2");

    public static MessageHeaders Headers(string to = "zoe@example.com", bool bulk = true, string? feedbackId = "c7:greenvalley") =>
        new(to, "k3v9x2@mail.greenvalley.test", Date, feedbackId, bulk);

    private static string Html(int rows)
    {
        var html = new StringBuilder("<!doctype html>\n<html><body style=\"margin:0\">\n");
        for (var i = 0; i < rows; i++)
            html.Append("    <tr>\t<td style=\"padding:4px 8px\">  Dear Zoë – your HbA1c of 7.2 % was taken on day ").Append(i).Append("; see <a href=\"https://care.greenvalley.test/x?a=1&amp;b=2\">your plan</a>. </td>  \n    </tr>\n");
        return html.Append("</body></html>").ToString();
    }
}
