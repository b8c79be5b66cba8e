using Sealpost.Campaigns;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignLanguageTests
{
    private const string Yaml = """
        name: eye-exam
        purpose: TREATMENT
        remuneration: none
        from: Green Valley Clinic <care@mail.greenvalley.example>
        audience: age >= 18
        subject: Your eye exam
        html: body.md
        language: en
        variants:
          es: {subject: Su examen de la vista, html: body.es.md}
        """;

    [Fact]
    public void A_file_names_its_languages()
    {
        var content = Read(Yaml).Content!;
        var variant = Assert.Single(content.Variants);
        Assert.Equal(("es", "Su examen de la vista", "Hola"), (variant.Language, variant.Subject, variant.Body));
    }

    [Theory]
    [InlineData("es: {subject: x, html: body.es.md}", "es: {html: body.es.md}", "lacks \"subject\"")]
    [InlineData("es: {subject: Su examen de la vista, html: body.es.md}", "klingonish: {subject: x, html: body.es.md}", "no language tag")]
    [InlineData("body.es.md}", "body.es.html}", "must end in .md")]
    [InlineData("body.es.md}", "body.fr.md}", "cannot be read")]
    [InlineData("body.es.md}", "body.es.md, sender: x}", "unknown key \"sender\"")]
    [InlineData("Su examen de la vista", "\"{{ patient.mrn }}\"", "es: ")]
    public void What_is_wrong_with_a_variant_is_named(string from, string to, string message) =>
        Assert.Contains(message, string.Join('\n', Read(Yaml.Replace(from, to, StringComparison.Ordinal).Replace("es: {subject: Su examen de la vista, html: body.es.md}", to, StringComparison.Ordinal)).Problems), StringComparison.Ordinal);

    [Fact]
    public void A_file_takes_a_template_in_place_of_texts()
    {
        const string Pinned = "name: a\npurpose: TREATMENT\nremuneration: none\nfrom: Clinic <care@mail.greenvalley.example>\naudience: age >= 18\ntemplate: Eye exam@3\n";
        Assert.Equal(("Eye exam", 3), CampaignFile.TemplateNamedIn(Pinned));
        var template = new PinnedTemplate(7, 3, new MessageDraft { Format = BodyFormat.Markdown, Fallback = new MessageVariant { Subject = "S", Body = "B" }, Variants = [new MessageVariant { Language = "es", Subject = "T", Body = "C" }] });
        var content = Read(Pinned, template).Content!;
        Assert.Equal(("S", 7L, 3), (content.Subject, content.TemplateId, content.TemplateVersion));
        Assert.Single(content.Variants);
        Assert.Contains(Read(Pinned + "subject: x\n", template).Problems, problem => problem.Message.Contains("comes from the template", StringComparison.Ordinal));
        Assert.Contains(Read(Pinned).Problems, problem => problem.Message.Contains("template", StringComparison.Ordinal));
    }

    [Fact]
    public void An_approval_covers_every_variant()
    {
        var content = Read(Yaml).Content!;
        var changed = content with { Variants = [content.Variants[0] with { Body = "Adiós" }] };
        Assert.NotEqual(content.ApprovalHash("same"), changed.ApprovalHash("same"));
        Assert.NotEqual(content.ApprovalHash("same"), (content with { Language = "fr" }).ApprovalHash("same"));
        Assert.NotEqual(content.ApprovalHash("same"), (content with { Variants = [] }).ApprovalHash("same"));
    }

    [Fact]
    public async Task A_preview_speaks_the_patients_language()
    {
        await using var clinic = await TestClinic.CreateAsync();
        await clinic.AddPatientsAsync(1, "example.com");
        await clinic.Desk.CreateAsync(Read(Yaml).Content! with { Language = "es", Variants = [new MessageVariant { Language = "en", Subject = "English", Body = "Hello" }] }, TestClinic.Author, TestClinic.Token);
        Assert.Equal("English", (await clinic.Desk.PreviewAsync("eye-exam", null, TestClinic.Officer, TestClinic.Token)).Message!.Subject);
    }

    private static CampaignFileResult Read(string yaml, PinnedTemplate? template = null) => CampaignFile.Read(
        "campaign.yaml",
        yaml,
        name => name switch { "body.md" => "Hello"u8.ToArray(), "body.es.md" => "Hola"u8.ToArray(), "body.es.html" => "<p>Hola</p>"u8.ToArray(), _ => null },
        new CampaignFileRules(TestClinic.Organisation, TestClinic.NewClock().GetUtcNow(), null) { Template = template });
}
