using CsCheck;
using Sealpost.Content.PlainText;

namespace Sealpost.Tests.Content;

public sealed class TextFrameTests
{
    private static readonly char[] Separators = [' ', '\n'];

    [Fact]
    public void A_long_paragraph_is_broken_at_spaces_and_a_url_stays_whole()
    {
        var url = "https://clinic.example.com/" + new string('a', 120);
        var text = Tidy(" One two three " + string.Join(' ', Enumerable.Repeat("word", 40)) + " " + url + " end\n\n\n\nNext\n-- \nFooter");
        var lines = text.Split('\n');
        Assert.StartsWith("One two", lines[0], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(line.Length <= 76 || line == url, line));
        Assert.Contains(url, lines);
        Assert.EndsWith("\n\nNext\n-- \nFooter\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_word_is_lost_or_cut() =>
        Gen.String[Gen.Char["ab \n"], 0, 400].Sample(text =>
            Assert.Equal(text.Split(Separators, StringSplitOptions.RemoveEmptyEntries), Tidy(text).Split(Separators, StringSplitOptions.RemoveEmptyEntries)));

    private static string Tidy(string text)
    {
        using var writer = new StringWriter();
        TextFrame.Tidy(text, writer);
        return writer.ToString();
    }
}
