using AngleSharp.Html.Parser;
using Sealpost.Content;

namespace Sealpost.Tests.Content;

public sealed class FooterTests
{
    [Theory]
    [InlineData("<body style='display:none'><p>x</p></body>")]
    [InlineData("<html hidden><body hidden style='visibility:hidden;opacity:0'><p>x</p></body></html>")]
    [InlineData("<style>div, p, a { display:none !important; color:#fff !important; font-size:0 !important }</style><p>x</p>")]
    [InlineData("<div style='display:none'><p>x")]
    [InlineData("<p>x</p><!--")]
    [InlineData("<p>x</p><plaintext>")]
    [InlineData("<p>x</p><textarea>")]
    [InlineData("<p>x</p><noscript>")]
    [InlineData("<table><tr><td>x")]
    public void No_author_can_hide_the_footer(string body)
    {
        var html = Make.Render(Make.Compile(body)).Html;
        using var document = new HtmlParser().ParseDocument(html);
        var footer = document.Body!.LastElementChild!;
        Assert.Contains(Make.Footer.PostalAddress, footer.TextContent, StringComparison.Ordinal);
        Assert.Contains("display:block !important", footer.GetAttribute("style"), StringComparison.Ordinal);
        Assert.Contains("display:block !important", document.Body.GetAttribute("style"), StringComparison.Ordinal);
        Assert.False(document.Body.HasAttribute("hidden") || document.DocumentElement.HasAttribute("hidden"));
    }

    [Fact]
    public void A_preview_line_is_always_there_and_keeps_the_body_out_of_the_preview()
    {
        var html = Make.Render(Make.Compile("<p>Your result is here</p>")).Html;
        using var document = new HtmlParser().ParseDocument(html);
        var preview = document.Body!.FirstElementChild!.TextContent;
        Assert.StartsWith("Green Valley Clinic", preview, StringComparison.Ordinal);
        Assert.True(preview.Length > 200);
    }

    [Fact]
    public void The_text_part_reads_like_the_html()
    {
        const string body = """
            <h1>Your plan</h1><p>Dear {{ patient.given_name }},<br>two   things:</p><ul><li>Eat</li><li>Move</li></ul><ol><li>One</li><li>Two</li></ol>
            <table><tr><th>Drug</th><th>Since</th></tr>{% for i in (1..2) %}<tr><td>D{{ i }}</td><td>2020</td></tr>{% endfor %}</table>
            <p><a href="https://clinic.example.com/book">Book a visit</a> or <a href="tel:+15550100">call</a>.</p><img src="https://clinic.example.com/a.png" alt="Map"><style>p { color:red }</style>
            """;
        const string expected = "Your plan\n=========\n\nDear Ana,\ntwo things:\n\n- Eat\n- Move\n\n1. One\n2. Two\n\nDrug  Since\nD1  2020\nD2  2020\n\nBook a visit (https://clinic.example.com/book) or call (+15550100).\n\n[Map]\n\n-- \n";
        Assert.StartsWith(expected, Make.Render(Make.Compile(body)).Text, StringComparison.Ordinal);
    }
}
