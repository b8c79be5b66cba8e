using System.Text;
using CsCheck;
using MimeKit.Encodings;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

public sealed class QuotedPrintableTests
{
    private static readonly Gen<string> AnyText = Gen.String[
        Gen.OneOf(Gen.Char[' ', '~'], Gen.Const('='), Gen.Const('.'), Gen.Const(' '), Gen.Const('\t'), Gen.Const('\n'), Gen.Char['\u0080', '\uD7FF']), 0, 600];

    [Fact]
    public void Any_text_decodes_to_itself() => AnyText.Sample(text =>
    {
        var expected = text.Length == 0 || text.EndsWith('\n') ? text : text + "\n";
        Assert.Equal(expected, Decode(Encode(text)).Replace("\r\n", "\n", StringComparison.Ordinal));
    }, iter: 5_000);

    [Fact]
    public void No_line_is_over_76_or_ends_in_white_space_or_begins_with_a_dot() => AnyText.Sample(text =>
    {
        foreach (var line in Encode(text).Split("\r\n"))
        {
            Assert.InRange(line.Length, 0, 76);
            Assert.False(line.EndsWith(' ') || line.EndsWith('\t') || line.StartsWith('.') || line.StartsWith("From ", StringComparison.Ordinal));
        }
    }, iter: 5_000);

    [Theory]
    [InlineData("a\rb\r\nc\nd", "a\r\nb\r\nc\r\nd\r\n")]
    [InlineData("From x", "=46rom x\r\n")]
    [InlineData(".", "=2E\r\n")]
    [InlineData("a=b", "a=3Db\r\n")]
    [InlineData("a \nb\t", "a=20\r\nb=09\r\n")]
    [InlineData("ë", "=C3=AB\r\n")]
    [InlineData("", "")]
    public void Line_ends_and_special_characters(string text, string encoded) => Assert.Equal(encoded, Encode(text));

    [Fact]
    public void A_long_run_breaks_softly_at_76()
    {
        var lines = Encode(new string('x', 200)).Split("\r\n");
        Assert.Equal([76, 76, 50, 0], lines.Select(l => l.Length));
        Assert.Equal(76, Encode(new string('x', 76)).Split("\r\n")[0].Length);
    }

    private static string Encode(string text)
    {
        using var to = new PooledBytes(16);
        QuotedPrintable.Encode(Encoding.UTF8.GetBytes(text), to);
        return Encoding.ASCII.GetString(to.Span);
    }

    private static string Decode(string encoded)
    {
        var decoder = new QuotedPrintableDecoder();
        var input = Encoding.ASCII.GetBytes(encoded);
        var output = new byte[decoder.EstimateOutputLength(input.Length)];
        return Encoding.UTF8.GetString(output, 0, decoder.Decode(input, 0, input.Length, output));
    }
}
