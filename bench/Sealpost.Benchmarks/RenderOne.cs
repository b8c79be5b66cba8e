using BenchmarkDotNet.Attributes;
using Fluid;
using Sealpost.Content;
using Sealpost.Content.Html;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Benchmarks;

/// <summary>One personalised message (20 KB of HTML, 5 KB of text, subject) from an open chart. Base: the same with Fluid alone, parsed each time.</summary>
[MemoryDiagnoser]
public class RenderOne
{
    private const string Subject = "Your yearly eye exam, {{ patient.given_name }}";

    private static readonly DateOnly Today = new(2026, 3, 2);
    private static readonly SenderFooter Footer = new("Green Valley Clinic", "1 Main St, Springfield, MA 01101", "https://clinic.example.com/u/AbCdEf0123456789", null);
    private static readonly FluidParser Parser = new();

    private Template template = null!;
    private string html = "";
    private string text = "";
    private Chart chart = null!;
    private TemplateOptions options = null!;

    [GlobalSetup]
    public void Setup()
    {
        const string paragraph = "<p style=\"margin:0 0 16px 0\">Dear {{ patient.given_name }} of {{ patient.city }}, diabetes can harm the small vessels of the eye long before you notice. {% if patient.age > 60 %}At your age{% else %}Even at your age{% endif %} a yearly exam takes twenty minutes and is covered by most plans. Please call us or come by.</p>\n";
        html = string.Concat(Enumerable.Repeat(paragraph, 50));
        text = string.Concat(Enumerable.Repeat("Dear {{ patient.given_name }}, a yearly exam takes twenty minutes and is covered by most plans.\n", 50));
        template = Template.Compile(new TemplateSource("Green Valley Clinic <care@clinic.example.com>", Subject, "It takes twenty minutes", html, BodyFormat.Html, text, "body.html", "body.txt"), new HashSet<string>()).Template
            ?? throw new InvalidOperationException("The benchmark's template does not compile.");
        chart = new Chart(new PatientNumber(7), new ChartHead
        {
            Names = [new PersonName { Use = "official", Given = ["Ana"], Family = "Rivera" }],
            BirthDate = new DateOnly(1960, 3, 3),
            Addresses = [new PostalAddress { Use = "home", City = "Boston", State = "MA" }],
        }, []);
        options = new TemplateOptions { Filters = { } };
    }

    [Benchmark(Baseline = true)]
    public int ParsedEachTime()
    {
        var model = new Dictionary<string, object> { ["patient"] = new Dictionary<string, object> { ["given_name"] = "Ana", ["city"] = "Boston", ["age"] = 65 } };
        var length = 0;
        foreach (var part in new[] { Subject, html, text })
        {
            var context = new TemplateContext(options);
            context.SetValue("patient", model["patient"]);
            length += Parser.Parse(part).Render(context, HtmlFrame.Encoder).Length;
        }

        return length;
    }

    [Benchmark]
    public int ParsedOnce() => RenderMessage.Preview(template, chart, Footer, Today).Message!.Html.Length;
}
