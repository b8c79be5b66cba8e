using System.Text.RegularExpressions;
using Sealpost.Content;

namespace Sealpost.Tests.Content;

public sealed class MjmlTests
{
    [Fact]
    public void Liquid_survives_between_sections_in_loops_and_in_text()
    {
        const string body = """
            <mjml><mj-head><mj-attributes><mj-all font-family="Arial" /></mj-attributes></mj-head><mj-body>
            {% if patient.age > 60 %}
            <mj-section><mj-column><mj-text>Dear {{ patient.given_name }} over sixty</mj-text></mj-column></mj-section>
            {% else %}
            <mj-section><mj-column><mj-text>Dear young {{ patient.given_name }}</mj-text></mj-column></mj-section>
            {% endif %}
            <mj-section><mj-column>
            {% for i in (1..2) %}<mj-text>Line {{ i }}</mj-text>{% endfor %}
            <mj-table>{% for i in (1..2) %}<tr><td>Row {{ i }}</td></tr>{% endfor %}</mj-table>
            <mj-button href="https://clinic.example.com/book">Book</mj-button>
            </mj-column></mj-section>
            </mj-body></mjml>
            """;
        var message = Make.Render(Make.Compile(body, BodyFormat.Mjml));
        Assert.Contains("Dear Ana over sixty", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("young", message.Html, StringComparison.Ordinal);
        Assert.Contains("Line 2", message.Html, StringComparison.Ordinal);
        Assert.Contains("<tr><td>Row 2</td></tr>", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("googleapis", message.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_makers_mjml_compiles_once_its_pictures_are_on_an_own_host()
    {
        foreach (var path in Directory.EnumerateFiles(TestData.Require("email-html", "colorlib"), "*.mjml").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            var body = File.ReadAllText(path);
            var asIs = Make.Problems(Make.Source(body, BodyFormat.Mjml));
            Assert.All(asIs, problem => Assert.InRange(problem.Line, 1, body.AsSpan().Count('\n') + 1));
            var result = Template.Compile(Make.Source(Own(body), BodyFormat.Mjml), Make.OwnHosts);
            Assert.True(result.Template is not null, $"{name}: {string.Join("; ", result.Problems.Take(3))}");
            var message = Make.Render(result.Template);
            MailSanitizerTests.AssertInert(message.Html, name);
            Assert.True(message.Text.Length > 300, name);
        }
    }

    private static string Own(string body)
    {
        foreach (var (pattern, replacement) in new[]
        {
            ("(src|background-url)=\"[^\"]*\"", "$1=\"https://clinic.example.com/a.png\""),
            ("href=\"[^\"]*\"", "href=\"https://clinic.example.com/\""),
            ("<mj-(font|include)[^>]*>(</mj-(font|include)>)?", ""),
        })
            body = Regex.Replace(body, pattern, replacement, RegexOptions.None, TimeSpan.FromSeconds(5));
        return body;
    }

    [Theory]
    [InlineData("<mjml><mj-body><mj-section><mj-column>\n<mj-text>x</mj-text>\n<mj-nonsense>y</mj-nonsense></mj-column></mj-section></mj-body></mjml>", 3)]
    [InlineData("hello", 1)]
    [InlineData("<mjml><mj-body>\n<mj-section>\n{% if patient.sex == \"female\"\n %}<mj-column><mj-text colour=\"red\">x</mj-text></mj-column>{% endif %}</mj-section></mj-body></mjml>", 4)]
    public void A_mistake_is_named_with_its_line(string body, int line)
    {
        var problem = Assert.Single(Make.Problems(Make.Source(body, BodyFormat.Mjml)));
        Assert.Equal(("body.mjml", line), (problem.File, problem.Line));
    }
}
