using Sealpost.Content;
using Sealpost.Content.Advice;
using Sealpost.Content.Drafts;
using Sealpost.Content.Previews;

namespace Sealpost.Tests.Content;

public sealed class AdviceTests
{
    [Theory]
    [InlineData("#000000", "#ffffff", 21.0)]
    [InlineData("#777777", "#ffffff", 4.48)]
    [InlineData("rgb(118, 118, 118)", "white", 4.54)]
    [InlineData("#f00", "#00f", 2.15)]
    public void Contrast_is_what_WCAG_computes(string ink, string ground, double expected) =>
        Assert.Equal(expected, Math.Round(Rgb.Contrast(Rgb.Parse(ink)!.Value, Rgb.Parse(ground)!.Value), 2));

    [Fact]
    public void Low_contrast_is_found_by_inline_style_sheet_and_attribute_and_for_dark_readers()
    {
        const string Html = """
            <html><head><style>.pale{color:#bbbbbb} @media (prefers-color-scheme: dark){.card{background-color:#111111 !important}}</style></head>
            <body><p class="pale">sheet</p><table><tr><td bgcolor="#eeeeee" style="color:#dddddd">attribute</td></tr></table>
            <div class="card" style="color:#222222">dark only</div><p style="color:#777777;font-size:30px">large is fine</p><p>fine</p></body></html>
            """;
        var found = MeasureContrast.In(Html).Select(low => $"{low.Ink} {low.Ground} {low.Dark}").Order(StringComparer.Ordinal);
        Assert.Equal(["#222222 #111111 True", "#bbbbbb #ffffff False", "#dddddd #eeeeee False"], found);
    }

    [Fact]
    public void Advice_says_where_and_how_to_mend()
    {
        var advice = Run("<p>Hello</p>\n<p style=\"color:#cccccc\">pale</p>\n<a href=\"https://clinic.example.com/a\">Click here</a>\n<img src=\"https://clinic.example.com/x.png\">\n<div style=\"display:grid\">g</div>");
        string Line(string kind) => string.Join(',', advice.Where(piece => piece.Kind == kind).Select(piece => piece.Line));
        Assert.Equal("2", Line("contrast"));
        Assert.Equal("3", Line("link text"));
        Assert.Equal("4", Line("alt text"));
        Assert.Contains("5", Line("client support"), StringComparison.Ordinal);
        Assert.All(advice, piece => Assert.NotEmpty(piece.Mend));
    }

    [Fact]
    public void A_message_without_such_faults_gets_no_warning() =>
        Assert.DoesNotContain(Run("<p>Hello. Please come in.</p><a href=\"https://clinic.example.com/a\">Book your eye exam</a><img alt=\"\" src=\"https://clinic.example.com/x.png\">"), piece => piece.Weight == AdviceWeight.Warning);

    [Theory]
    [InlineData("We will see you soon. Please bring your card. You can call us at any time. The visit takes twenty minutes and it does not hurt.", "en", false)]
    [InlineData("Comprehensive ophthalmological evaluations necessitate pharmacological pupillary dilatation, consequently individuals experiencing contraindications should communicate immediately with administrative personnel regarding alternative accommodations.", "en", true)]
    [InlineData("La vemos pronto. Traiga su carta. Nos puede llamar a toda hora. La visita dura poco y no le hace daño. Lo vamos a cuidar bien.", "es", false)]
    [InlineData("Las evaluaciones oftalmológicas multidisciplinarias necesitan imprescindiblemente dilataciones pupilares farmacológicas, consecuentemente aquellas personas experimentando contraindicaciones deberían comunicarse inmediatamente con nuestro departamento administrativo especializado.", "es", true)]
    public void Hard_text_is_told_from_easy_text(string text, string language, bool hard) => Assert.Equal(hard, ReadingGrade.Of(text, language)!.IsHard);

    [Theory]
    [InlineData("cat", 1)]
    [InlineData("table", 2)]
    [InlineData("medicine", 3)]
    [InlineData("walked", 1)]
    public void English_syllables_are_counted(string word, int expected) => Assert.Equal(expected, ReadingGrade.EnglishSyllables(word));

    [Theory]
    [InlineData("salud", 2)]
    [InlineData("médico", 3)]
    [InlineData("cuidado", 3)]
    [InlineData("día", 2)]
    [InlineData("bien", 1)]
    public void Spanish_syllables_are_counted(string word, int expected) => Assert.Equal(expected, ReadingGrade.SpanishSyllables(word));

    [Fact]
    public void What_Gmail_would_cut_off_is_told() =>
        Assert.Contains(Run($"<p>{new string('x', 110_000)}</p>"), piece => piece is { Kind: "size", Weight: AdviceWeight.Warning });

    [Fact]
    public void Public_templates_are_advised_on_without_failing()
    {
        var root = TestData.Require("email-html");
        var count = 0;
        foreach (var path in Directory.EnumerateFiles(root, "*.htm*", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(root, "*.mjml", SearchOption.AllDirectories)).Where(path => new FileInfo(path).Length < 200_000))
        {
            var html = File.ReadAllText(path);
            Assert.NotNull(MeasureContrast.In(html));
            Assert.NotNull(ClientSupport.Of(html));
            Assert.NotNull(MessageView.Of(html, ViewMode.Dark, "https://clinic.example.com/"));
            Assert.NotNull(MessageView.Of(html, ViewMode.ImagesOff, "https://clinic.example.com/"));
            count++;
        }

        Assert.True(count > 20);
    }

    private static IReadOnlyList<MailAdvice> Run(string body)
    {
        var draft = new MessageDraft { Format = BodyFormat.Html, Fallback = new MessageVariant { Subject = "News", Preheader = "Hello", Body = body } };
        var check = DraftCheck.Of(draft, "Clinic <care@clinic.example.com>", Snippets.None, Make.OwnHosts);
        Assert.True(check.Set is not null, string.Join("; ", check.Problems));
        var message = RenderMessage.Preview(check.Set, Make.Chart(), Make.Footer, Make.Today).Message!;
        return AdviseMessage.Run(check, "en", message, message);
    }
}
