using System.Text;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Library;

public sealed class ContentLibraryTests : IAsyncLifetime
{
    private static readonly Actor Other = new("u-other", "Olga Other", Roles.Marketer);
    private static readonly Actor Reader = new("u-reader", "Rita Reader", Roles.Auditor);

    private TestClinic _clinic = null!;
    private ContentLibrary _library = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync();
        _library = new ContentLibrary(_clinic.Context);
    }

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Fact]
    public async Task Every_version_is_kept_compared_and_restored()
    {
        var first = await _library.Templates.CreateAsync("Flu shot", Draft("Hello\nOld line"), TestClinic.Author, Token);
        _clinic.Clock.Advance(TimeSpan.FromHours(1));
        var second = await _library.Templates.SaveAsync(first.Id, 1, Draft("Hello\nNew line"), Other, Token);
        Assert.Equal((2, "u-other"), (second.Version, second.Author));
        var body = Assert.Single(await _library.Templates.CompareAsync(first.Id, 1, 2, TestClinic.Author, Token));
        Assert.Equal(["same Hello", "removed Old line", "added New line"], body.Lines.Select(line => $"{line.Change} {line.Text}"));
        var third = await _library.Templates.RestoreAsync(first.Id, 1, TestClinic.Author, Token);
        Assert.Equal((3, "Hello\nOld line"), (third.Version, third.Draft.Fallback.Body));
        Assert.Equal([3, 2, 1], (await _library.Templates.HistoryAsync("flu SHOT", Reader, Token)).Select(version => version.Version));
        Assert.Equal(["template.added u-author", "template.saved u-other", "template.restored u-author"], await _clinic.LedgerAsync("template."));
    }

    [Fact]
    public async Task A_save_over_somebody_elses_newer_version_is_refused_and_the_text_kept()
    {
        var template = await _library.Templates.CreateAsync("a", Draft("one"), TestClinic.Author, Token);
        await _library.Templates.KeepDraftAsync(template.Id, 1, 0, Draft("mine"), TestClinic.Author, Token);
        await _library.Templates.SaveAsync(template.Id, 1, Draft("theirs"), Other, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _library.Templates.SaveAsync(template.Id, 1, Draft("mine"), TestClinic.Author, Token));
        Assert.Equal("theirs", (await _library.Templates.GetAsync("a", null, Reader, Token)).Draft.Fallback.Body);
        Assert.Equal("mine", Assert.Single(await _library.Templates.DraftsAsync(template.Id, TestClinic.Author, Token)).Draft.Fallback.Body);
    }

    [Fact]
    public async Task A_draft_kept_in_two_windows_is_never_overwritten_unseen()
    {
        var template = await _library.Templates.CreateAsync("a", Draft("one"), TestClinic.Author, Token);
        var revision = await _library.Templates.KeepDraftAsync(template.Id, 1, 0, Draft("two"), TestClinic.Author, Token);
        await _library.Templates.KeepDraftAsync(template.Id, 1, revision, Draft("three"), TestClinic.Author, Token);
        await Assert.ThrowsAsync<RefusedException>(() => _library.Templates.KeepDraftAsync(template.Id, 1, revision, Draft("other window"), TestClinic.Author, Token));
        await _library.Templates.KeepDraftAsync(template.Id, 1, 0, Draft("another person"), Other, Token);
        await _library.Templates.SaveAsync(template.Id, 1, Draft("three"), TestClinic.Author, Token);
        Assert.Equal("u-other", Assert.Single(await _library.Templates.DraftsAsync(template.Id, Reader, Token)).Author);
    }

    [Fact]
    public async Task The_same_texts_again_are_no_new_version()
    {
        var template = await _library.Templates.CreateAsync("a", Draft("one"), TestClinic.Author, Token);
        Assert.Equal(1, (await _library.Templates.SaveAsync(template.Id, 1, Draft("one"), TestClinic.Author, Token)).Version);
    }

    [Fact]
    public async Task Only_marketers_write_and_nobody_without_a_role_reads()
    {
        await Assert.ThrowsAsync<RefusedException>(() => _library.Templates.CreateAsync("a", Draft("x"), Reader, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _library.Templates.ListAsync(false, new Actor("u-0", "Nobody", Roles.None), Token));
        await Assert.ThrowsAsync<RefusedException>(() => _library.Images.AddAsync(ImageTests.Png(1, 1), "x", "", Reader, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _library.Images.EraseAsync("x.png", TestClinic.Author, Token));
    }

    [Fact]
    public async Task Names_and_texts_are_sealed_at_rest()
    {
        await _library.Templates.CreateAsync("hiv-follow-up", Draft("viral load"), TestClinic.Author, Token);
        var block = new BlockDraft { Format = BodyFormat.Markdown, Texts = [new MessageVariant { Body = "viral load" }] };
        await _library.Blocks.SaveAsync("hiv-block", 0, block, TestClinic.Author, Token);
        await _library.Templates.KeepDraftAsync(1, 1, 0, Draft("viral load"), TestClinic.Author, Token);
        await _library.Images.AddAsync(ImageTests.Png(2, 2), "hiv-clinic-door", "viral load", TestClinic.Author, Token);
        await using (var connection = await _clinic.Context.Database.OpenReadAsync(Token))
        await using (var command = Sql.Command(connection, "PRAGMA wal_checkpoint(TRUNCATE)"))
            await command.ExecuteScalarAsync(Token);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_clinic.Folder, "data"), "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Token);
            var text = Encoding.Latin1.GetString(copy.ToArray());
            foreach (var name in new[] { "hiv-follow-up", "hiv-block", "hiv-clinic-door" })
                Assert.DoesNotContain(name, text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("viral load", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_campaign_takes_a_version_with_its_blocks_and_later_changes_do_not_reach_it()
    {
        await _library.Blocks.SaveAsync("hours", 0, Block("Open daily."), TestClinic.Author, Token);
        await _library.Templates.CreateAsync("visit", Draft("Come in. {% block hours %}"), TestClinic.Author, Token);
        var pinned = await _library.Templates.PinAsync("visit", null, TestClinic.Author, Token);
        await _library.Blocks.SaveAsync("hours", 1, Block("Closed."), TestClinic.Author, Token);
        Assert.Equal("Come in. Open daily.", pinned.Message.Fallback.Body);
        var content = TestClinic.Content("visit-2026").With(pinned);
        await _clinic.AddPatientsAsync(1, "example.com");
        await _clinic.ApprovedAsync(content);
        var campaign = await _clinic.Desk.GetAsync("visit-2026", Token);
        Assert.Equal((pinned.Id, 1), (campaign.Content.TemplateId, campaign.Content.TemplateVersion));
        var preview = await _clinic.Desk.PreviewAsync("visit-2026", new PatientNumber(0), TestClinic.Officer, Token);
        Assert.Contains("Open daily.", preview.Message!.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_with_problems_can_be_saved_and_no_campaign_takes_it()
    {
        var template = await _library.Templates.CreateAsync("half", Draft("{{ patient.nope }}"), TestClinic.Author, Token);
        Assert.Equal(1, template.Version);
        Assert.Contains("patient.nope", (await Assert.ThrowsAsync<RefusedException>(() => _library.Templates.PinAsync("half", null, TestClinic.Author, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_brand_kit_refuses_what_readers_cannot_read()
    {
        var kit = new BrandKit { Text = "#bbbbbb" };
        Assert.Contains("contrast", (await Assert.ThrowsAsync<RefusedException>(() => _library.Brand.SaveAsync(0, kit, TestClinic.Author, Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => _library.Brand.SaveAsync(0, new BrandKit { Primary = "red\" onload=\"x" }, TestClinic.Author, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _library.Brand.SaveAsync(0, new BrandKit { Font = "Comic Sans" }, TestClinic.Author, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _library.Brand.SaveAsync(0, new BrandKit { Logo = "0.png" }, TestClinic.Author, Token));
        Assert.Equal(1, await _library.Brand.SaveAsync(0, new BrandKit { Primary = "#004d40" }, TestClinic.Author, Token));
        Assert.Equal("#004d40", (await _library.Brand.GetAsync(Reader, Token)).Kit.Primary);
    }

    [Theory]
    [InlineData(BodyFormat.Mjml, "<mjml><mj-head>{% brand head %}</mj-head><mj-body background-color=\"{% brand background %}\">{% brand header %}<mj-section><mj-column><mj-text font-family=\"{% brand font %}\" color=\"{% brand muted %}\">x</mj-text></mj-column></mj-section></mj-body></mjml>")]
    [InlineData(BodyFormat.Html, "<html><head>{% brand head %}</head><body style=\"background:{% brand background %};font-family:{% brand heading-font %}\">{% brand header %}<a href=\"https://mail.greenvalley.example/\" style=\"color:{% brand link %};border-radius:{% brand radius %}\">Book</a></body></html>")]
    [InlineData(BodyFormat.Markdown, "{% brand header %}\n\nHello")]
    public async Task Brand_values_compile_in_every_format_with_and_without_a_logo(BodyFormat format, string body)
    {
        foreach (var withLogo in new[] { false, true })
        {
            if (withLogo)
            {
                var image = await _library.Images.AddAsync(ImageTests.Png(4, 4), "Logo", "", TestClinic.Author, Token);
                await _library.Brand.SaveAsync((await _library.Brand.GetAsync(Reader, Token)).Version, new BrandKit { Logo = image.Name }, TestClinic.Author, Token);
            }

            var check = await _library.CheckAsync(Draft(body) with { Format = format }, TestClinic.Author, Token);
            Assert.True(check.Set is not null, string.Join("; ", check.Problems));
            var html = new MessageStudio(_clinic.Context, _library).Render(check.Set, Sealpost.Content.Previews.SyntheticCharts.Empty()).Message!.Html;
            Assert.Contains(withLogo ? "/i/1/" : "Green Valley Clinic", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_picture_has_one_name_by_its_content_and_is_served_until_erased()
    {
        var one = await _library.Images.AddAsync(ImageTests.Png(4, 4), "Door", "Our front door", TestClinic.Author, Token);
        var same = await _library.Images.AddAsync(ImageTests.Png(4, 4, ("tEXt", [1])), "Door again", "", Other, Token);
        Assert.Equal(one.Name, same.Name);
        Assert.StartsWith("https://mail.greenvalley.example/i/1/", one.Url, StringComparison.Ordinal);
        await _library.Images.RetireAsync(one.Name, retired: true, TestClinic.Author, Token);
        Assert.Empty(await _library.Images.ListAsync(Reader, Token));
        await _library.Images.RetireAsync(one.Name, retired: false, TestClinic.Author, Token);
        Assert.Single(await _library.Images.ListAsync(Reader, Token));
        Assert.Equal("image/png", (await _library.Images.ServeAsync(one.Name, Token))!.MediaType);
        await _library.Images.EraseAsync(one.Name, new Actor("u-c", "Cora", Roles.Compliance), Token);
        Assert.Null(await _library.Images.ServeAsync(one.Name, Token));
    }

    [Fact]
    public async Task A_preview_for_a_real_patient_is_a_read_in_the_ledger_and_for_a_synthetic_one_is_not()
    {
        await _clinic.AddPatientsAsync(1, "example.com");
        var studio = new MessageStudio(_clinic.Context, _library);
        var report = await studio.ReportAsync(Draft("Dear {{ patient.given_name }}"), TestClinic.Author, Token);
        Assert.All(report.People, person => studio.Render(report.Check.Set!, person.Chart));
        Assert.Empty(await _clinic.LedgerAsync("patient.read"));
        Assert.Contains("Given0", (await studio.RenderForAsync(report.Check.Set!, new PatientNumber(0), TestClinic.Officer, Token)).Message!.Text, StringComparison.Ordinal);
        Assert.Equal(["patient.read u-officer"], await _clinic.LedgerAsync("patient.read"));
        await Assert.ThrowsAsync<RefusedException>(() => studio.RenderForAsync(report.Check.Set!, new PatientNumber(0), TestClinic.Author, Token));
        Assert.Equal("patient.given_name", report.People.Single(person => person.Who == "an empty chart").MissingField);
    }

    [Fact]
    public async Task Every_field_of_the_picker_can_be_inserted_as_it_stands()
    {
        var studio = new MessageStudio(_clinic.Context, _library);
        foreach (var field in studio.Fields())
        {
            var check = await _library.CheckAsync(Draft(field.Insert), TestClinic.Author, Token);
            Assert.True(check.Set is not null, $"{field.Path}: {string.Join("; ", check.Problems)}");
            Assert.NotEmpty(field.Group);
        }
    }

    private static MessageDraft Draft(string body) => new() { Format = BodyFormat.Markdown, Fallback = new MessageVariant { Subject = "News", Preheader = "Hello", Body = body } };

    private static BlockDraft Block(string body) => new() { Format = BodyFormat.Markdown, Texts = [new MessageVariant { Body = body }] };
}
