using Sealpost.Consent;
using Sealpost.Content;

namespace Sealpost.Tests.Content;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("es", "es")]
    [InlineData("es-MX", "es")]
    [InlineData("ES_mx", "es")]
    [InlineData("es-419", "es")]
    [InlineData("zh-Hant-TW", "zh-Hant")]
    [InlineData("fr", "en")]
    [InlineData("en-GB", "en")]
    [InlineData("", "en")]
    [InlineData(null, "en")]
    [InlineData("not a tag!", "en")]
    public void A_patient_gets_the_variant_of_their_language_else_the_fallback(string? preferred, string expected) =>
        Assert.Equal(expected, Set(("en", "x"), ("es", "x"), ("zh-Hant", "x")).For(preferred).Language);

    [Fact]
    public void Sealposts_own_words_and_dates_are_in_the_language_of_the_message()
    {
        var set = Set(("en", "<p>{{ today }} and {{ patient.birth_date | append: '!' }}</p>"), ("es", "<p>{{ today }} y {{ patient.birth_date | append: '!' }}</p>"));
        var chart = Make.Chart();
        var english = RenderMessage.Preview(set, chart, Make.Footer, Make.Today).Message!;
        var spanish = RenderMessage.Preview(set, chart with { Head = chart.Head with { Language = "es-MX" } }, Make.Footer, Make.Today).Message!;
        Assert.Contains("March 2, 2026 and March 3, 1960!", english.Html, StringComparison.Ordinal);
        Assert.Contains("2 de marzo de 2026 y 3 de marzo de 1960!", spanish.Html, StringComparison.Ordinal);
        Assert.Contains("Cancelar la suscripción", spanish.Html, StringComparison.Ordinal);
        Assert.Contains("Recibe este mensaje", spanish.Text, StringComparison.Ordinal);
        Assert.Contains("lang=\"es\"", spanish.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Unsubscribe", spanish.Html + spanish.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_in_one_variant_refuses_all_and_names_it()
    {
        var result = Compile(("en", "<p>x</p>"), ("es", "<p>{{ patient.shoe_size }}</p>"));
        Assert.Null(result.Set);
        Assert.Equal("es", Assert.Single(result.Problems).Language);
    }

    [Fact]
    public void The_hash_covers_every_variant_and_which_one_is_the_fallback()
    {
        string[] hashes =
        [
            Set(("en", "a"), ("es", "b")).Hash, Set(("en", "a"), ("es", "c")).Hash, Set(("en", "c"), ("es", "b")).Hash, Set(("es", "b"), ("en", "a")).Hash, Set(("en", "a"), ("fr", "b")).Hash, Set(("en", "a")).Hash,
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(Set(("en", "a"), ("es", "b"), ("fr", "c")).Hash, Set(("en", "a"), ("fr", "c"), ("es", "b")).Hash);
    }

    [Fact]
    public void A_set_is_as_strong_as_its_strongest_variant_and_opens_the_language()
    {
        var set = Set(("en", "<p>x</p>"), ("es", "<p>{% for c in conditions %}{{ c.name }}{% endfor %}</p>"));
        Assert.Equal(MessageClass.N2, set.Class);
        Assert.Contains("patient.language", set.Fields);
        Assert.Contains("conditions.name", set.Fields);
    }

    [Theory]
    [InlineData("en", "en")]
    [InlineData("en", "klingonish")]
    public void Variants_need_a_language_of_their_own(string first, string second) =>
        Assert.Contains(Compile((first, "x"), (second, "x")).Problems, problem => problem.File == "language");

    private static TemplateSet Set(params (string Language, string Body)[] variants)
    {
        var result = Compile(variants);
        Assert.True(result.Set is not null, string.Join("; ", result.Problems));
        return result.Set;
    }

    private static TemplateSetResult Compile(params (string Language, string Body)[] variants) =>
        TemplateSet.Compile([.. variants.Select(variant => Make.Source(variant.Body) with { Language = variant.Language })], Make.OwnHosts);
}
