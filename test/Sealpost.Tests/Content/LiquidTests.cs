using Sealpost.Content;
using Sealpost.Patients;

namespace Sealpost.Tests.Content;

public sealed class LiquidTests
{
    private static readonly Chart Chart = Make.Chart("Ana", "Rivera", "Boston",
        Make.Condition("44054006", "Diabetes"), Make.Condition("38341003", "Hypertension", "2019-02-03"), Make.Medication("860975", "Metformin"),
        Make.Lab("4548-4", 7.9, "2025-01-01"), Make.Lab("4548-4", 8.2, "2025-06-01"), Make.Appointment("2026-03-09T10:30:00-05:00", "Eye exam"), Make.Appointment("2026-01-09T10:30:00-05:00", "Past"));

    [Theory]
    [InlineData("{{ patient.full_name }}, {{ patient.prefix }} {{ patient.family_name }}", "Ana Rivera, Ms. Rivera")]
    [InlineData("{{ patient.birth_date }}", "March 3, 1960")]
    [InlineData("{{ patient.birth_date | date: \"%d/%m/%Y\" }}", "03/03/1960")]
    [InlineData("{{ \"now\" | date: \"%Y-%m-%d\" }}", "2026-03-02")]
    [InlineData("{{ today }}", "March 2, 2026")]
    [InlineData("{% for c in conditions %}{{ forloop.index }}.{{ c.name }}{% unless forloop.last %}, {% endunless %}{% endfor %}", "1.Diabetes, 2.Hypertension")]
    [InlineData("{{ conditions | map: \"name\" | join: \" and \" }}", "Diabetes and Hypertension")]
    [InlineData("{{ conditions | where: \"code\", \"snomed:38341003\" | map: \"since\" | first }}", "February 3, 2019")]
    [InlineData("{{ conditions.size }} {{ conditions.first.name }}", "2 Diabetes")]
    [InlineData("{% for m in medications reversed limit: 1 %}{{ m.name }}{% else %}none{% endfor %}", "Metformin")]
    [InlineData("{% for i in immunizations %}{{ i.name }}{% else %}none{% endfor %}", "none")]
    [InlineData("{{ labs[\"4548-4\"].value }}{{ labs[\"4548-4\"].unit }} on {{ labs[\"4548-4\"].date }}", "8.2% on June 1, 2025")]
    [InlineData("{% if labs[\"4548-4\"].value > 8 %}high{% else %}fine{% endif %}", "high")]
    [InlineData("{% if labs[\"2093-3\"] %}known{% else %}unknown{% endif %}", "unknown")]
    [InlineData("{{ next_appointment.description }}: {{ next_appointment.start }}", "Eye exam: March 9, 2026 at 10:30 AM")]
    [InlineData("{% case patient.language %}{% when \"es\", \"pt\" %}Hola{% when \"en\" %}Hello{% else %}?{% endcase %}", "Hello")]
    [InlineData("{% assign n = patient.age | minus: 5 %}{{ n }}", "60")]
    [InlineData("{% for i in (1..5) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "13")]
    [InlineData("{% raw %}{{ not liquid }}{% endraw %}", "{{ not liquid }}")]
    [InlineData("a{% comment %} {{ nonsense }} {% endcomment %}b{% # note %}c", "abc")]
    [InlineData("a {{- \" b \" -}} c", "a b c")]
    [InlineData("{% if patient.sex == \"female\" and patient.age >= 50 or false %}yes{% endif %}", "yes")]
    [InlineData("{% if last_visit == nil %}never{% endif %}", "never")]
    public void A_template_prints(string liquid, string expected)
    {
        Assert.Contains($"<p>{expected}</p>", Make.Render(Make.Compile($"<p>{liquid}</p>"), Chart).Html, StringComparison.Ordinal);
        Assert.StartsWith(expected + "\n", Make.Render(Make.Compile("<p>x</p>", text: liquid), Chart).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ patient.givn_name }}", "given_name")]
    [InlineData("{{ pateint.given_name }}", "patient.given_name")]
    [InlineData("{{ first_name }}", "Unknown name")]
    [InlineData("{{ conditions.name }}", "for")]
    [InlineData("{% for c in conditions %}{{ c.nmae }}{% endfor %}", "name")]
    [InlineData("{% for c in conditions %}{% endfor %}{{ c.name }}", "Unknown name")]
    [InlineData("{{ patient.city | uppcase }}", "upcase")]
    [InlineData("{{ patient.city | md5 }}", "Unknown filter")]
    [InlineData("{{ patient.city | json }}", "Unknown filter")]
    [InlineData("{{ conditions }}", "loop over it")]
    [InlineData("{{ patient }}", "name one of")]
    [InlineData("{{ conditions | join: \", \" }}", "map")]
    [InlineData("{{ conditions | map: \"nmae\" }}", "name")]
    [InlineData("{{ labs.a1c }}", "LOINC")]
    [InlineData("{{ labs[patient.city].value }}", "LOINC")]
    [InlineData("{{ labs[\"x\"].value }}", "LOINC")]
    [InlineData("{% if patient.city %}", "never closed")]
    [InlineData("{% endif %}", "closes nothing")]
    [InlineData("{% if patient.city %}{% endfor %}", "endif")]
    [InlineData("{% for c conditions %}{% endfor %}", "for")]
    [InlineData("{{ patient.city", "never closed")]
    [InlineData("{% assign patient = 1 %}", "name of a field")]
    [InlineData("{% cycle 'a', 'b' %}", "not available")]
    [InlineData("{% for i in (1..100000) %}x{% endfor %}", "range")]
    [InlineData("{% for i in (1..conditions.size) %}x{% endfor %}", "range")]
    [InlineData("{% break %}", "outside a loop")]
    public void A_mistake_is_explained_with_file_and_line(string liquid, string expected)
    {
        var problems = Make.Problems(Make.Source("<p>x</p>\n<p>" + liquid + "</p>"));
        Assert.All(problems, problem => Assert.Equal(("body.html", 2), (problem.File, problem.Line)));
        Assert.Contains(problems, problem => problem.Message.Contains(expected, StringComparison.Ordinal));
        Assert.All(Make.Problems(Make.Source("<p>x</p>", text: "x\n" + liquid)), problem => Assert.Equal(("body.txt", 2), (problem.File, problem.Line)));
    }

    [Theory]
    [InlineData("{% for i in (1..500) %}{% for j in (1..500) %}x{% endfor %}{% endfor %}")]
    [InlineData("{% assign a = \"xxxxxxxxxx\" %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}{{ a }}")]
    [InlineData("{% for i in (1..500) %}{% capture a %}{{ a | default: \"x\" }}{{ a | default: \"x\" }}{% endcapture %}{% endfor %}")]
    public void A_template_that_grows_without_end_is_stopped(string liquid)
    {
        var template = Make.Compile($"<p>{liquid}</p>");
        Assert.Throws<RenderLimitException>(() => RenderMessage.Preview(template, Chart, Make.Footer, Make.Today));
    }

    [Fact]
    public void Blocks_nested_too_deep_are_refused() =>
        Assert.NotEmpty(Make.Problems(Make.Source($"<p>{string.Concat(Enumerable.Repeat("{% if true %}", 60))}x{string.Concat(Enumerable.Repeat("{% endif %}", 60))}</p>")));

    [Fact]
    public void A_sensitive_condition_is_left_out_of_every_list()
    {
        var chart = Make.Chart("Ana", "Rivera", "Boston", Make.Condition("86406008", "Human immunodeficiency virus infection"), Make.Condition("44054006", "Diabetes"));
        Assert.Contains("<p>Diabetes</p>", Make.Render(Make.Compile("<p>{{ conditions | map: \"name\" | join: \", \" }}</p>"), chart).Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_sources_have_equal_hashes_and_others_do_not()
    {
        Assert.Equal(Make.Compile("<p>a</p>").Hash, Make.Compile("<p>a</p>").Hash);
        Assert.NotEqual(Make.Compile("<p>a</p>").Hash, Make.Compile("<p>a</p>", subject: "Other").Hash);
    }
}
