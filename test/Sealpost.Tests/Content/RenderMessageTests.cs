using Sealpost.Content;

namespace Sealpost.Tests.Content;

public sealed class RenderMessageTests
{
    [Fact]
    public void A_message_speaks_to_its_patient_in_html_and_text()
    {
        var message = Make.Render(Make.Compile("<p>Dear {{ patient.given_name }} of {{ patient.city }}, you are {{ patient.age }}.</p>", subject: "Hello {{ patient.given_name }}"));
        Assert.Equal("Hello Ana", message.Subject);
        Assert.Contains("<p>Dear Ana of Boston, you are 65.</p>", message.Html, StringComparison.Ordinal);
        Assert.Contains("Dear Ana of Boston, you are 65.", message.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ patient.city }}")]
    [InlineData("{{ patient.city | upcase }}")]
    [InlineData("{{ patient.city | append: \", MA\" }}")]
    [InlineData("{{ \"from \" | append: patient.city }}")]
    [InlineData("{% assign place = patient.city %}{{ place }}")]
    [InlineData("{% capture place %}in {{ patient.city }}{% endcapture %}{{ place }}")]
    public void A_missing_value_is_named_and_never_a_gap(string body) =>
        Assert.Equal("patient.city", Make.Missing(Make.Compile($"<p>{body}</p>"), Make.Chart(city: null)));

    [Theory]
    [InlineData("{{ patient.city | default: \"your town\" }}", "your town")]
    [InlineData("{{ patient.city | upcase | default: \"your town\" }}", "your town")]
    [InlineData("{% if patient.city %}{{ patient.city }}{% else %}your town{% endif %}", "your town")]
    [InlineData("{% unless patient.city %}your town{% endunless %}", "your town")]
    public void A_default_or_a_condition_fills_the_gap(string body, string expected) =>
        Assert.Contains($"<p>{expected}</p>", Make.Render(Make.Compile($"<p>{body}</p>"), Make.Chart(city: null)).Html, StringComparison.Ordinal);

    [Fact]
    public void Html_and_text_carry_address_reason_and_unsubscribe_link_in_every_format()
    {
        foreach (var format in new[] { BodyFormat.Html, BodyFormat.Markdown })
        {
            var message = Make.Render(Make.Compile("Hello", format));
            foreach (var part in new[] { message.Html, message.Text })
            {
                Assert.Contains(Make.Footer.PostalAddress, part, StringComparison.Ordinal);
                Assert.Contains(Make.Footer.UnsubscribeUrl, part, StringComparison.Ordinal);
                Assert.Contains("because you are a patient of Green Valley Clinic", part, StringComparison.Ordinal);
            }
        }
    }
}
