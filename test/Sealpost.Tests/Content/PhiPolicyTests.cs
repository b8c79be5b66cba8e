using CsCheck;
using Sealpost.Consent;
using Sealpost.Content;

namespace Sealpost.Tests.Content;

public sealed class PhiPolicyTests
{
    private static readonly string[] Fields =
    [
        "patient.family_name", "patient.full_name", "patient.prefix", "patient.birth_date", "patient.mrn", "patient.phone", "patient.street", "patient.age", "patient.sex", "patient.language",
        "patient.city", "patient.state", "patient.zip", "labs[\"4548-4\"].value", "labs[\"75622-1\"].date", "last_visit.date", "next_appointment.start", "coverage.payer", "conditions.first.name",
        "medications[0].name", "conditions.size", "immunizations.last.date",
    ];

    // %F is the field; what each prints depends on it.
    private static readonly (string Name, string Liquid)[] Routes =
    [
        ("direct", "{{ %F }}"),
        ("filter", "{{ %F | append: \"x\" | upcase | truncate: 3 }}"),
        ("argument", "{{ \"x\" | append: %F }}"),
        ("default", "{{ %F | default: \"x\" }}"),
        ("fallback", "{{ organisation.phone | default: %F }}"),
        ("assign", "{% assign a = %F %}{% assign b = a | slice: 0, 1 %}{{ b }}"),
        ("capture", "{% capture a %}x{{ %F }}{% endcapture %}{% assign b = a %}{{ b }}"),
        ("if", "{% if %F == \"a\" %}x{% else %}y{% endif %}"),
        ("elsif", "{% if organisation.name == \"a\" %}x{% elsif %F %}y{% endif %}"),
        ("unless", "{% unless %F %}x{% endunless %}"),
        ("case", "{% case %F %}{% when 1 %}x{% else %}y{% endcase %}"),
        ("when", "{% case 1 %}{% when %F %}x{% else %}y{% endcase %}"),
        ("chosen assignment", "{% assign a = \"x\" %}{% if %F %}{% assign a = \"y\" %}{% endif %}{{ a }}"),
        ("chosen capture", "{% if %F %}{% capture a %}y{% endcapture %}{% endif %}{{ a }}"),
        ("later assignment", "{% for i in (1..2) %}{{ a }}{% assign a = %F %}{% endfor %}"),
        ("split loop", "{% assign parts = %F | split: \"\" %}{% for p in parts %}x{% endfor %}"),
        ("loop item", "{% assign parts = %F | split: \"\" %}{% for p in parts %}{{ p }}{% endfor %}"),
        ("loop limit", "{% for i in (1..5) limit: %F %}x{% endfor %}"),
        ("break", "{% for i in (1..5) %}{{ i }}{% if %F %}{% break %}{% endif %}{% endfor %}"),
        ("continue", "{% for i in (1..5) %}{% if %F %}{% continue %}{% endif %}{{ i }}{% endfor %}"),
        ("comparison", "{% if organisation.name contains %F %}x{% endif %}"),
        ("conjunction", "{% if organisation.name and %F %}x{% endif %}"),
    ];

    private static readonly (string Name, Func<string, TemplateSource> Put)[] Places =
    [
        ("subject", liquid => Make.Source("<p>x</p>", subject: "News " + liquid)),
        ("preheader", liquid => Make.Source("<p>x</p>", preheader: "News " + liquid)),
        ("from", liquid => Make.Source("<p>x</p>") with { From = $"Clinic {liquid} <care@clinic.example.com>" }),
        ("href", liquid => Make.Source($"<p><a href='https://clinic.example.com/?q={liquid}'>x</a></p>")),
        ("src", liquid => Make.Source($"<p><img src='https://clinic.example.com/{liquid}'></p>")),
        ("background", liquid => Make.Source($"<table background='https://clinic.example.com/{liquid}'><tr><td>x</td></tr></table>")),
        ("alt", liquid => Make.Source($"<p><img src='https://clinic.example.com/a.png' alt='{liquid}'></p>")),
        ("title", liquid => Make.Source($"<p title='{liquid}'>x</p>")),
        ("aria-label", liquid => Make.Source($"<p aria-label='{liquid}'>x</p>")),
        ("style", liquid => Make.Source($"<p style='color:{liquid}'>x</p>")),
        ("style element", liquid => Make.Source($"<style>p {{ color:{liquid} }}</style><p>x</p>")),
        ("hidden text", liquid => Make.Source($"<div style='display:none'>{liquid}</div>")),
        ("tiny text", liquid => Make.Source($"<div style='font-size:0px'><span>{liquid}</span></div>")),
        ("markdown link", liquid => Make.Source($"[x](https://clinic.example.com/{liquid})", BodyFormat.Markdown)),
    ];

    public static TheoryData<string> PlaceNames() => [.. Places.Select(place => place.Name)];

    public static TheoryData<string> RouteNames() => [.. Routes.Select(route => route.Name)];

    [Theory]
    [MemberData(nameof(PlaceNames))]
    public void No_field_reaches_a_forbidden_place_by_any_route(string place)
    {
        var put = Places.Single(known => known.Name == place).Put;
        var passed = Fields.SelectMany(field => Routes.Select(route => (field, route)))
            .Where(pair => Template.Compile(put(pair.route.Liquid.Replace("%F", pair.field, StringComparison.Ordinal)), Make.OwnHosts).Template is not null)
            .Select(pair => $"{pair.field} by {pair.route.Name}");
        Assert.Empty(passed);
    }

    [Theory]
    [MemberData(nameof(RouteNames))]
    public void The_same_text_is_fine_in_the_body_and_its_class_tells_what_it_reveals(string route)
    {
        foreach (var field in Fields)
        {
            var liquid = Routes.Single(known => known.Name == route).Liquid.Replace("%F", field, StringComparison.Ordinal);
            var template = Make.Compile($"<p>{liquid}</p>");
            var expected = field.Contains("75622", StringComparison.Ordinal) ? MessageClass.N3 : field.StartsWith("patient.", StringComparison.Ordinal) ? MessageClass.N1 : MessageClass.N2;
            Assert.True(expected == template.Class, $"{field}: {template.Class}");
        }
    }

    [Theory]
    [InlineData("{{ patient.given_name }}")]
    [InlineData("{% if patient.given_name %}{{ patient.given_name }}{% else %}friend{% endif %}")]
    [InlineData("{{ patient.given_name | upcase | default: \"friend\" }}")]
    [InlineData("{{ organisation.name }} {{ today | date: \"%Y\" }}")]
    public void The_given_name_alone_may_stand_in_subject_and_preheader(string liquid)
    {
        Assert.NotNull(Make.Compile("<p>x</p>", subject: liquid, preheader: liquid));
        Assert.NotEmpty(Make.Problems(Make.Source("<p><a href='https://clinic.example.com/?n={{ patient.given_name }}'>x</a></p>")));
        Assert.NotEmpty(Make.Problems(Make.Source("<p title='{{ patient.given_name }}'>x</p>")));
    }

    [Theory]
    [InlineData("{% if conditions.size > 0 %}<a href='https://clinic.example.com/diabetes'>x</a>{% endif %}")]
    [InlineData("{% for c in conditions %}<a href='https://clinic.example.com/'>{{ c.name }}</a>{% endfor %}")]
    [InlineData("{% if patient.age > 50 %}<img src='https://clinic.example.com/old.png'>{% endif %}")]
    [InlineData("{% if patient.age > 50 %}<a href='https://elsewhere.example/'>x</a>{% endif %}")]
    [InlineData("{% if last_visit %}<p aria-label='You were here'>x</p>{% endif %}")]
    [InlineData("{% for i in (1..3) %}{% if last_visit %}{% break %}{% endif %}<a href='https://clinic.example.com/'>x</a>{% endfor %}")]
    [InlineData("{% capture a %}{% if last_visit %}<a href='https://clinic.example.com/'>x</a>{% endif %}{% endcapture %}{{ a }}")]
    [InlineData("<div style='display:none'>{% if last_visit %}You were here{% endif %}</div>")]
    [InlineData("<span style='font-size:0'>{% if last_visit %}You were here{% endif %}</span>")]
    public void Links_pictures_labels_and_hidden_text_do_not_depend_on_the_patient(string body) => Assert.NotEmpty(Make.Problems(Make.Source($"<div>{body}</div>")));

    [Fact]
    public void A_link_to_an_own_page_may_follow_the_patients_language() =>
        Make.Compile("<div>{% if patient.language == \"es\" %}<a href='https://clinic.example.com/es'>Cita</a>{% else %}<a href='https://clinic.example.com/en'>Visit</a>{% endif %}</div>");

    [Fact]
    public void Only_the_fields_that_are_named_are_opened()
    {
        var template = Make.Compile("<p>{{ patient.given_name }} {% for c in conditions %}{{ c.name }}{% endfor %} {{ organisation.name }}</p>");
        Assert.Equal(["conditions", "conditions.name", "patient.given_name"], template.Fields);
    }

    [Fact]
    public void A_result_of_a_sensitive_code_raises_the_class_and_names_its_category()
    {
        var template = Make.Compile("<p>{{ labs[\"75622-1\"].value }}</p>");
        Assert.Equal(MessageClass.N3, template.Class);
        Assert.NotEmpty(template.Categories);
    }

    [Fact]
    public void Random_chains_of_statements_never_lose_a_label() =>
        Gen.Select(Gen.Int[0, Fields.Length - 1], Gen.Int[0, Steps.Length - 1].Array[1, 6]).Sample((field, steps) =>
        {
            var source = Steps[steps[0]].Replace("%IN", Fields[field], StringComparison.Ordinal).Replace("%OUT", "v0", StringComparison.Ordinal);
            for (var i = 1; i < steps.Length; i++)
                source += Steps[steps[i]].Replace("%IN", $"v{i - 1}", StringComparison.Ordinal).Replace("%OUT", $"v{i}", StringComparison.Ordinal);
            source += $"{{{{ v{steps.Length - 1} }}}}";
            Assert.Contains(Make.Problems(Make.Source("<p>x</p>", subject: source)), problem => problem.File == "subject");
            Assert.DoesNotContain(Make.Problems(Make.Source($"<p>{source}</p>")), problem => problem.Message.Contains("reveals", StringComparison.Ordinal));
        }, iter: 300);

    private static readonly string[] Steps =
    [
        "{% assign %OUT = %IN %}",
        "{% assign %OUT = \"x\" | append: %IN %}",
        "{% capture %OUT %}{{ %IN }}{% endcapture %}",
        "{% capture %OUT %}{% if %IN %}x{% endif %}{% endcapture %}",
        "{% if %IN %}{% assign %OUT = \"x\" %}{% else %}{% assign %OUT = \"y\" %}{% endif %}",
        "{% for i in (1..3) %}{% if %IN %}{% break %}{% endif %}{% assign %OUT = i %}{% endfor %}",
        "{% case %IN %}{% when \"x\" %}{% assign %OUT = \"x\" %}{% endcase %}",
        "{% unless %IN == \"x\" %}{% capture %OUT %}z{% endcapture %}{% endunless %}",
    ];
}
