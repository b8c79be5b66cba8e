using System.Text;
using Sealpost.Content;

namespace Sealpost.Benchmarks.Sending;

/// <summary>A personalised message of 20 KB HTML and 5 KB text, different for each number.</summary>
internal static class SampleContent
{
    private static readonly string Html = Fill("    <tr><td style=\"padding:4px 8px;font-family:Arial\">Your clinic is near you – open from 8 to 5, and an exam takes twenty minutes.</td></tr>\n", 20_000);
    private static readonly string Text = Fill("Your clinic is near you – open from 8 to 5, and an exam takes twenty minutes.\n", 5_000);

    public static RenderedMessage Of(int number) => new(
        "Green Valley Clinic <care@mail.greenvalley.test>",
        $"Your yearly eye exam, number {number}",
        $"<!doctype html><html><body><p>Dear patient {number},</p><table>\n{Html}</table></body></html>\n",
        $"Dear patient {number},\n{Text}",
        $"https://care.greenvalley.test/u/{number}");

    private static string Fill(string line, int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append(line);
        return text.ToString();
    }
}
