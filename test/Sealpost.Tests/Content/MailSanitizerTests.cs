using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Sealpost.Content;

namespace Sealpost.Tests.Content;

public sealed class MailSanitizerTests
{
    private static readonly string[] Active = ["script", "iframe", "object", "embed", "applet", "form", "input", "button", "select", "textarea", "svg", "math", "link", "base", "template", "noscript", "video", "audio", "frame", "frameset", "portal"];

    [Fact]
    public void No_script_of_the_published_attack_collection_can_run()
    {
        using var cases = JsonDocument.Parse(File.ReadAllText(TestData.Require("html-sanitise-xss", "dompurify_expect.json")));
        var ran = 0;
        foreach (var attack in cases.RootElement.EnumerateArray())
        {
            var payload = attack.GetProperty("payload").GetString()!;
            foreach (var format in new[] { BodyFormat.Html, BodyFormat.Markdown })
            {
                if (Template.Compile(Make.Source(payload, format), Make.OwnHosts).Template is not { } template)
                    continue;
                AssertInert(Make.Render(template).Html, attack.TryGetProperty("title", out var title) ? title.GetString()! : payload);
                ran++;
            }
        }

        Assert.True(ran > 100, $"only {ran} compiled");
    }

    [Theory]
    [InlineData("<scr{% if patient.sex %}ipt>alert(1)</scr{% endif %}ipt>")]
    [InlineData("{% capture a %}\" onmouseover=\"alert(1){% endcapture %}<p title=\"{{ a }}\">x</p>")]
    [InlineData("<{{ patient.given_name }}>")]
    [InlineData("<p {{ patient.given_name }}>x</p>")]
    [InlineData("<p class={{ patient.given_name }}>x</p>")]
    [InlineData("<script>var a = \"{{ patient.given_name }}\"</script>")]
    [InlineData("<style>p::after { content: \"{{ patient.given_name }}\" }</style>")]
    [InlineData("<!-- {{ patient.given_name }} -->")]
    [InlineData("<!--[if mso]><p>{{ patient.given_name }}</p><![endif]-->")]
    [InlineData("<title>{{ patient.given_name }}</title>")]
    [InlineData("{% capture a %}<b>{% endcapture %}{{ a | replace: \"&lt;\", \"<\" }}")]
    [InlineData("{{ patient.given_name | raw }}")]
    [InlineData("{% include 'x' %}")]
    [InlineData("{% render 'x' %}")]
    [InlineData("<div style='display:none'>{% if patient.sex %}</div>{% endif %}")]
    public void A_value_never_stands_where_it_could_become_markup(string body) => Assert.NotEmpty(Make.Problems(Make.Source(body)));

    [Theory]
    [InlineData("<p>a</p>\n<img src='http://clinic.example.com/a.png'>", 2)]
    [InlineData("<p>a</p>\n\n<img src='https://tracker.example/p.gif'>", 3)]
    [InlineData("<img src='data:image/png;base64,AAAA'>", 1)]
    [InlineData("\n<table background='https://cdn.example/a.png'><tr><td>x</td></tr></table>", 2)]
    [InlineData("<p>\n<span style=\"background:url('https://cdn.example/b.png')\">x</span></p>", 2)]
    [InlineData("<style>\np { background: url(https://cdn.example/c.png) }</style><p>x</p>", 2)]
    [InlineData("\n<p style=\"background-image:image-set('https://cdn.example/e.png' 1x)\">x</p>", 2)]
    [InlineData("\n<p style=\"background-image:u\\72l(https://cdn.example/e.png)\">x</p>", 2)]
    [InlineData("<style>\n@import url(https://fonts.example/css);</style><p>x</p>", 2)]
    [InlineData("<style>\n@font-face { font-family: F; src: url(https://fonts.example/f.woff2) }</style><p>x</p>", 2)]
    [InlineData("\n<link rel=stylesheet href='https://fonts.example/css'>", 2)]
    [InlineData("<img src='https://clinic.example.com/a.png' srcset='https://clinic.example.com/a.png 1x,\nhttps://cdn.example/a2.png 2x'>", 2)]
    [InlineData("\n<!--[if mso]><v:fill src='https://cdn.example/d.png' /><![endif]--><p>x</p>", 2)]
    [InlineData("<p>x</p>\n<a href='javascript:alert(1)'>x</a>", 2)]
    [InlineData("<a href='http://clinic.example.com/'>x</a>", 1)]
    [InlineData("<a href='/relative'>x</a>", 1)]
    public void An_address_that_must_not_be_used_is_a_problem_with_its_line(string body, int line)
    {
        var problem = Assert.Single(Make.Problems(Make.Source(body)));
        Assert.Equal(line, problem.Line);
    }

    [Fact]
    public void What_mail_needs_stays()
    {
        const string body = """
            <html lang="en"><head><style>@media (max-width:600px) { .a { width:100% !important } } .a { color:#333; mso-line-height-rule: exactly }</style></head>
            <body bgcolor="#eeeeee"><!--[if mso]><table width="600"><tr><td><![endif]-->
            <table role="presentation" cellpadding="0" width="100%" class="a"><tr><td align="center" valign="top" bgcolor="#fff" style="padding:10px;border-radius:4px;mso-padding-alt:0">
            <img src="https://clinic.example.com/logo.png" alt="Logo" width="100"> <a href="https://elsewhere.example/a?b=1&amp;c=2" target="_blank">Go</a> <a href="tel:+15550100">Call</a></td></tr></table>
            <!--[if mso]></td></tr></table><![endif]--></body></html>
            """;
        var html = Make.Render(Make.Compile(body)).Html;
        foreach (var kept in new[] { "<html lang=\"en\"", "@media", "max-width", "mso-line-height-rule", "<!--[if mso]><table width=\"600\">", "role=\"presentation\"", "mso-padding-alt", "border-radius", "https://elsewhere.example/a?b=1&amp;c=2", "tel:+15550100", "bgcolor=\"#fff\"" })
            Assert.Contains(kept, html, StringComparison.Ordinal);
    }

    [Fact]
    public void Real_mail_of_other_makers_compiles_or_is_refused_with_lines()
    {
        var compiled = 0;
        foreach (var path in Directory.EnumerateFiles(TestData.Require("email-html"), "*.html", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var body = File.ReadAllText(path);
            var result = Template.Compile(Make.Source(body), Make.OwnHosts);
            Assert.All(result.Problems, problem => Assert.InRange(problem.Line, 1, body.AsSpan().Count('\n') + 1));
            Assert.True(result.Template is null != (result.Problems.Count == 0), path);
            if (result.Template is { } template && RenderMessage.Preview(template, Make.Chart(), Make.Footer, Make.Today).Message is { } message)
            {
                compiled++;
                AssertInert(message.Html, path);
            }
        }

        Assert.True(compiled > 0);
    }

    [Fact]
    public void A_real_message_stays_inert()
    {
        var body = File.ReadAllText(TestData.Require("html-sanitise-xss", "htmlsanitizer_benchmark_email.html"));
        var result = Template.Compile(Make.Source(body), Make.OwnHosts);
        Assert.NotEmpty(result.Problems);
    }

    internal static void AssertInert(string html, string name)
    {
        using var document = new HtmlParser(new HtmlParserOptions { IsScripting = true }).ParseDocument(html);
        foreach (var element in document.All)
        {
            Assert.False(Active.Contains(element.LocalName), $"{name}: <{element.LocalName}>");
            foreach (var attribute in element.Attributes)
            {
                Assert.False(attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase), $"{name}: {attribute.Name}");
                var value = new string([.. attribute.Value.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c))]);
                Assert.False(attribute.Name is "href" or "src" or "background" or "action" && !value.StartsWith("https:", StringComparison.OrdinalIgnoreCase) && !value.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)
                    && !value.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) && !value.StartsWith('#') && value.Length > 0, $"{name}: {attribute.Name}");
                Assert.DoesNotContain("javascript:", value, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("expression(", value, StringComparison.OrdinalIgnoreCase);
            }
        }

        Assert.NotNull(document.Body!.LastElementChild!.QuerySelector($"a[href='{Make.Footer.UnsubscribeUrl}']"));
    }
}
