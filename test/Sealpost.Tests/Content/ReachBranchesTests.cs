using Sealpost.Content;
using Sealpost.Content.Previews;

namespace Sealpost.Tests.Content;

public sealed class ReachBranchesTests
{
    [Theory]
    [InlineData("{% if patient.age >= 65 %}a{% elsif patient.age >= 50 %}b{% else %}c{% endif %}")]
    [InlineData("{% if patient.city == 'Boston' and patient.sex == 'male' %}a{% endif %}")]
    [InlineData("{% case patient.language %}{% when 'es', 'pt' %}a{% when 'vi' %}b{% else %}c{% endcase %}")]
    [InlineData("{% for c in conditions %}{% if c.code == 'snomed:195967001' %}a{% endif %}{% else %}none{% endfor %}")]
    [InlineData("{% if conditions.size > 7 %}many{% endif %}{% if medications.size == 0 %}none{% endif %}")]
    [InlineData("{% if labs['4548-4'].value >= 9 %}high{% elsif labs['4548-4'].value < 5.7 %}low{% endif %}{% unless labs['2093-3'].value %}no cholesterol{% endunless %}")]
    [InlineData("{% if next_appointment.date %}soon{% else %}{% if last_visit.description contains 'Emergency' %}er{% endif %}{% endif %}")]
    [InlineData("{% if coverage.payer == 'Medicare' %}{% if patient.age < 65 %}young{% endif %}{% endif %}")]
    [InlineData("{% assign hit = false %}{% for m in medications %}{% if m.name contains 'insulin' %}{% assign hit = true %}{% endif %}{% endfor %}{% if hit %}a{% endif %}")]
    public void Charts_made_from_the_conditions_reach_every_branch(string body)
    {
        var report = Run(body);
        Assert.Empty(report.Missed.Select(missed => $"{missed.Point.Source}: {missed.Point.When}"));
        Assert.True(report.Branches > 1);
    }

    [Fact]
    public void A_branch_that_nobody_can_reach_is_named()
    {
        var report = Run("<p>\n{% if patient.age > 50 and patient.age < 20 %}never{% endif %}</p>");
        var missed = Assert.Single(report.Missed);
        Assert.Equal((2, "the condition holds"), (missed.Point.Line, missed.Point.When));
    }

    [Fact]
    public void Each_patient_found_reaches_something_that_those_before_did_not()
    {
        var report = Run("{% if patient.age >= 65 %}a{% elsif patient.age >= 50 %}b{% else %}c{% endif %}");
        Assert.All(report.Charts.Where(chart => chart.Who.StartsWith("patient ", StringComparison.Ordinal)), chart => Assert.NotEmpty(chart.Reaches));
    }

    [Fact]
    public void The_search_ends_for_a_template_made_to_keep_it_busy()
    {
        var body = string.Concat(Enumerable.Range(0, 60).Select(i => $"{{% if patient.city == 'c{i}' and patient.state == 's{i}' and patient.zip == 'z{i}' %}}x{{% endif %}}"));
        Assert.Equal(120, Run(body).Branches);
    }

    private static BranchReport Run(string body)
    {
        var result = TemplateSet.Compile([Make.Source($"<p>{body}</p>")], Make.OwnHosts);
        Assert.True(result.Set is not null, string.Join("; ", result.Problems));
        return ReachBranches.Run(result.Set, Make.Footer, Make.Today);
    }
}
