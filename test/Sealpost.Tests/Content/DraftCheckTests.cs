using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.Tests.Content;

public sealed class DraftCheckTests
{
    private const string From = "Green Valley Clinic <care@clinic.example.com>";

    [Fact]
    public void Blocks_and_brand_values_go_in_before_the_compiler_looks()
    {
        var check = Check("<p style=\"color:{% brand primary %}\">Hello</p>\n{% block hours %}", ("hours", "<p>Open {% block days %}</p>"), ("days", "Monday"));
        Assert.Empty(check.Problems);
        Assert.Equal("<p style=\"color:#123456\">Hello</p>\n<p>Open Monday</p>", check.Expanded.Fallback.Body);
    }

    [Fact]
    public void A_block_cannot_hide_health_information_from_the_checker()
    {
        var check = Check("<p>Hi</p>\n{% block wrap %}", ("wrap", "<div>\n{% block inner %}</div>"), ("inner", "<img alt=\"{{ patient.mrn }}\" src=\"https://clinic.example.com/a.png\">"));
        var problem = Assert.Single(check.Problems);
        Assert.Equal(("block:inner", 1, 11), (problem.File, problem.Line, problem.Column));
        Assert.Contains("patient.mrn", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Places_after_a_block_are_counted_as_the_author_counts()
    {
        var check = Check("<p>a</p>\n{% block long %}\n<p>{% brand primary %} {{ patient.nope }}</p>", ("long", "<p>1</p>\n<p>2</p>\n<p>3</p>"));
        var problem = Assert.Single(check.Problems);
        Assert.Equal(("body", 3, 24), (problem.File, problem.Line, problem.Column));
        Assert.Equal("{{ patient.nope }}".Length, problem.Length);
    }

    [Theory]
    [InlineData("{% block a %}", "holds itself (a → b → a)")]
    [InlineData("{% block nowhere %}", "There is no block \"nowhere\"")]
    [InlineData("{% brand nowhere %}", "no \"nowhere\"")]
    [InlineData("{% block mjml %}", "written in Mjml")]
    public void What_cannot_be_put_in_is_a_problem_at_its_place(string body, string message)
    {
        var snippets = new Snippets(
            new Dictionary<string, BlockText> { ["a"] = Html("{% block b %}"), ["b"] = Html("{% block a %}"), ["mjml"] = new BlockText(BodyFormat.Mjml, [new("en", "<mj-section/>")]) },
            new Dictionary<string, string> { ["primary"] = "#123456" });
        var check = DraftCheck.Of(Draft(body), From, snippets, Make.OwnHosts);
        Assert.Null(check.Set);
        Assert.Contains(message, Assert.Single(check.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_that_unfold_without_end_are_stopped_early()
    {
        // Each of ten blocks calls the next one ten times: ten thousand million in all.
        var blocks = Enumerable.Range(0, 10).Select(i => ($"b{i}", string.Concat(Enumerable.Repeat($"{{% block b{i + 1} %}}", 10)))).Append(("b10", "x")).ToArray();
        var check = Check("{% block b0 %}", blocks);
        Assert.Null(check.Set);
        var big = Check(string.Concat(Enumerable.Repeat("{% block big %}", 400)), ("big", new string('x', 400_000)));
        Assert.Null(big.Set);
        Assert.Contains(big.Problems, problem => problem.Message.Contains("longer than", StringComparison.Ordinal));
    }

    [Fact]
    public void A_block_is_taken_in_the_language_of_the_variant()
    {
        var snippets = new Snippets(new Dictionary<string, BlockText> { ["bye"] = new(BodyFormat.Html, [new("en", "<p>Goodbye</p>"), new("es", "<p>Adiós</p>")]) }, new Dictionary<string, string>());
        var draft = Draft("{% block bye %}") with { Variants = [new MessageVariant { Language = "es-MX", Subject = "x", Body = "{% block bye %}" }] };
        var check = DraftCheck.Of(draft, From, snippets, Make.OwnHosts);
        Assert.Equal(["<p>Goodbye</p>", "<p>Adiós</p>"], check.Expanded.All.Select(variant => variant.Body));
    }

    [Fact]
    public void The_lens_names_every_use_with_its_place_and_label()
    {
        var draft = Draft("<p>{% if patient.age > 50 %}\n{{ labs[\"4548-4\"].value | default: \"-\" }}{% endif %}</p>\n<p>{% assign n = patient.family_name %}{{ n }}</p>") with
        {
            Fallback = new MessageVariant { Subject = "For {{ patient.given_name }}", Body = "<p>{% if patient.age > 50 %}\n{{ labs[\"4548-4\"].value | default: \"-\" }}{% endif %}</p>\n<p>{% assign n = patient.family_name %}{{ n }}</p>" },
        };
        var uses = DraftCheck.Of(draft, From, Snippets.None, Make.OwnHosts).Uses;
        Assert.Equal(
            [
                ("subject", 1, 5, "given name", FieldRole.Prints), ("body", 1, 4, "demographic", FieldRole.Decides), ("body", 2, 1, "clinical", FieldRole.Prints),
                ("body", 3, 4, "identifier", FieldRole.Sets), ("body", 3, 40, "identifier", FieldRole.Prints),
            ],
            uses.Select(use => (use.File, use.Line, use.Column, use.Label, use.Role)));
        Assert.Equal(["labs[\"4548-4\"].value"], uses[2].Fields);
    }

    [Fact]
    public void The_lens_sees_what_mjml_makes_twice_only_once()
    {
        var draft = new MessageDraft { Format = BodyFormat.Mjml, Fallback = new MessageVariant { Subject = "x", Body = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ patient.city | default: \"x\" }}</mj-text></mj-column></mj-section></mj-body></mjml>" } };
        Assert.Equal("demographic", Assert.Single(DraftCheck.Of(draft, From, Snippets.None, Make.OwnHosts).Uses).Label);
    }

    [Fact]
    public void What_stands_only_in_brand_values_is_told_from_what_the_author_wrote()
    {
        var check = Check("<p style=\"color:{% brand primary %}\">#654321</p>");
        Assert.True(check.Sources["en"].IsOnlyInValues("#123456"));
        Assert.False(check.Sources["en"].IsOnlyInValues("#654321"));
        Assert.False(Check("<p style=\"color:{% brand primary %}\">#123456</p>").Sources["en"].IsOnlyInValues("#123456"));
    }

    private static DraftCheck Check(string body, params (string Name, string Body)[] blocks) =>
        DraftCheck.Of(Draft(body), From, new Snippets(blocks.ToDictionary(block => block.Name, block => Html(block.Body)), new Dictionary<string, string> { ["primary"] = "#123456" }), Make.OwnHosts);

    private static MessageDraft Draft(string body) => new() { Format = BodyFormat.Html, Fallback = new MessageVariant { Subject = "News", Body = body } };

    private static BlockText Html(string body) => new(BodyFormat.Html, [new("en", body)]);
}
