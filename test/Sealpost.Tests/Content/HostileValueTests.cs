using AngleSharp.Html.Parser;
using CsCheck;
using Sealpost.Content;

namespace Sealpost.Tests.Content;

public sealed class HostileValueTests
{
    private const string Body = "<table><tr><td>{{ patient.city }}</td><td>{% for c in conditions %}<p>{{ c.name }}</p>{% endfor %}</td></tr></table>{% capture a %}<b>{{ patient.family_name }}</b>{% endcapture %}{{ a }}";

    private static readonly Template Template = Make.Compile(Body, subject: "Hello {{ patient.given_name | default: \"friend\" }}", preheader: "For {{ patient.given_name | default: \"you\" }}");

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("{{ patient.mrn }}{% if true %}x{% endif %}")]
    [InlineData("&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("</td></tr></table></body></html>")]
    [InlineData("--><script>alert(1)</script><!--")]
    [InlineData("javascript:alert(1)")]
    public void A_hostile_name_stays_a_name(string name)
    {
        var message = Make.Render(Template, Make.Chart(name, name, name, Make.Condition("1", name)));
        MailSanitizerTests.AssertInert(message.Html, "name");
        Assert.Equal(Shape(Make.Render(Template, Make.Chart("Ana", "Rivera", "Boston", Make.Condition("1", "x"))).Html), Shape(message.Html));
        Assert.DoesNotContain("MRN-778899", message.Html, StringComparison.Ordinal);
        Assert.Contains(name, message.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ana\r\nBcc: victim@example.org")]
    [InlineData("Ana\nX: y")]
    [InlineData("Ana\u2028X")]
    [InlineData("Ana\u202Egnp.exe")]
    [InlineData("A\u0000na")]
    public void A_subject_is_one_line_without_control_or_direction_characters(string given)
    {
        var subject = Make.Render(Template, Make.Chart(given)).Subject;
        Assert.DoesNotContain(subject, c => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e'));
    }

    [Theory]
    [InlineData("Win at https://casino.example")]
    [InlineData("www.casino.example")]
    [InlineData("write me@casino.example")]
    public void A_name_that_is_an_advertisement_counts_as_missing(string given) => Assert.Equal("Hello friend", Make.Render(Template, Make.Chart(given)).Subject);

    [Fact]
    public void No_value_changes_the_shape_of_the_message() =>
        Gen.String[Gen.Char, 1, 60].Sample(text =>
        {
            var message = RenderMessage.Preview(Template, Make.Chart("x" + text, "x" + text, "x" + text, Make.Condition("1", "x" + text)), Make.Footer, Make.Today).Message;
            if (message is null)
                return;
            Assert.Equal(Shape(Make.Render(Template, Make.Chart("Ana", "Rivera", "Boston", Make.Condition("1", "x"))).Html), Shape(message.Html));
            Assert.DoesNotContain(message.Subject, char.IsControl);
        }, iter: 500);

    private static string Shape(string html)
    {
        using var document = new HtmlParser().ParseDocument(html);
        return string.Join(' ', document.All.Select(element => $"{element.LocalName}({string.Join(',', element.Attributes.Select(attribute => attribute.Name))})"));
    }
}
