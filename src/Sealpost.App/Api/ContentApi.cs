using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Library;

namespace Sealpost.App.Api;

/// <summary>The library over the API: templates with their versions, checks, pictures.</summary>
internal static class ContentApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var templates = api.MapGroup("/organisations/{org}/templates").WithTags("Templates");
        templates.MapGet("", async (Caller caller, CancellationToken token) =>
            (await Library(caller).Templates.ListAsync(false, caller.Actor, token).ConfigureAwait(false)).Select(template => Answer(template, withTexts: false))).WithSummary("Templates, newest version of each");
        templates.MapPost("", async (Caller caller, TemplateRequest request, CancellationToken token) =>
            Answer(await Library(caller).Templates.CreateAsync(request.Name ?? "", request.ToDraft(), caller.Actor, token).ConfigureAwait(false), withTexts: true)).WithSummary("Make a template");
        templates.MapGet("/{id:long}", async (Caller caller, long id, int? version, CancellationToken token) =>
            Answer(await Library(caller).Templates.GetAsync(id, version, caller.Actor, token).ConfigureAwait(false), withTexts: true)).WithSummary("A template, the newest version or a named one");
        templates.MapPut("/{id:long}", async (Caller caller, long id, int expected, TemplateRequest request, CancellationToken token) =>
            Answer(await Library(caller).Templates.SaveAsync(id, expected, request.ToDraft(), caller.Actor, token).ConfigureAwait(false), withTexts: true)).WithSummary("Save a version; expected is the newest one that the caller saw");
        templates.MapGet("/{id:long}/versions", async (Caller caller, long id, CancellationToken token) =>
        {
            var library = Library(caller);
            var template = await library.Templates.GetAsync(id, null, caller.Actor, token).ConfigureAwait(false);
            return (await library.Templates.HistoryAsync(template.Name, caller.Actor, token).ConfigureAwait(false)).Select(version => Answer(version, withTexts: false));
        }).WithSummary("Every version, newest first");
        templates.MapPost("/{id:long}/versions/{version:int}/restore", async (Caller caller, long id, int version, CancellationToken token) =>
            Answer(await Library(caller).Templates.RestoreAsync(id, version, caller.Actor, token).ConfigureAwait(false), withTexts: true)).WithSummary("Make an earlier version the newest again");
        templates.MapDelete("/{id:long}", (Caller caller, long id, CancellationToken token) => RetireAsync(caller, id, true, token)).WithSummary("Archive a template; campaigns that took a version go on");
        templates.MapPost("/{id:long}/bring-back", (Caller caller, long id, CancellationToken token) => RetireAsync(caller, id, false, token)).WithSummary("Put an archived template back");
        templates.MapPost("/check", async (Caller caller, TemplateRequest request, CancellationToken token) =>
            CheckAnswer.Of(await new MessageStudio(caller.Organisation.Context, Library(caller)).ReportAsync(request.ToDraft(), caller.Actor, token).ConfigureAwait(false))).WithSummary("Problems, uses of fields, branches and advice, without saving");
        templates.MapPost("/preview", async (Caller caller, TemplateRequest request, CancellationToken token) =>
        {
            var studio = new MessageStudio(caller.Organisation.Context, Library(caller));
            return PreviewAnswer.Of(await studio.ReportAsync(request.ToDraft(), caller.Actor, token).ConfigureAwait(false), studio);
        }).WithSummary("The message as made-up patients get it, without saving; no patient is read");
        templates.MapPut("/{id:long}/name", async (Caller caller, long id, NewName wanted, CancellationToken token) =>
        {
            await Library(caller).Templates.RenameAsync(id, wanted.Name, caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Give a template another name");
        templates.MapGet("/{id:long}/versions/{version:int}/changes", async (Caller caller, long id, int version, int? to, CancellationToken token) =>
        {
            var templates = Library(caller).Templates;
            var newer = to ?? (await templates.GetAsync(id, null, caller.Actor, token).ConfigureAwait(false)).Version;
            return await templates.CompareAsync(id, version, newer, caller.Actor, token).ConfigureAwait(false);
        }).WithSummary("What differs between a version and another, or the newest, line by line");
        MapImages(api);
    }

    private static async Task<NoContent> RetireAsync(Caller caller, long id, bool retired, CancellationToken cancellationToken)
    {
        await Library(caller).Templates.RetireAsync(id, retired, caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static void MapImages(IEndpointRouteBuilder api)
    {
        var images = api.MapGroup("/organisations/{org}/images").WithTags("Pictures");
        images.MapGet("", (Caller caller, CancellationToken token) => Library(caller).Images.ListAsync(caller.Actor, token)).WithSummary("Pictures on offer");
        images.MapPost("", async (Caller caller, HttpRequest request, string label, string? alt, CancellationToken token) =>
        {
            var content = await LimitedBody.ReadAsync(request, ImageLibrary.MaxBytes, token).ConfigureAwait(false);
            return await Library(caller).Images.AddAsync(content, label, alt ?? "", caller.Actor, token).ConfigureAwait(false);
        }).WithSummary("Add a picture: the body is the file");
        images.MapDelete("/{name}", async (Caller caller, string name, CancellationToken token) =>
        {
            await Library(caller).Images.RetireAsync(name, retired: true, caller.Actor, token).ConfigureAwait(false);
            return Results.NoContent();
        }).WithSummary("Take a picture off offer; messages that show it still load it");
        images.MapPost("/{name}/restore", async (Caller caller, string name, CancellationToken token) =>
        {
            await Library(caller).Images.RetireAsync(name, retired: false, caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Put a picture back on offer");
    }

    private static ContentLibrary Library(Caller caller) => new(caller.Organisation.Context);

    private static TemplateAnswer Answer(TemplateVersion template, bool withTexts) => new(
        template.Id, template.Name, template.Version, template.Newest, template.Author, template.SavedAt, template.Draft.Format.ToString().ToLower(CultureInfo.InvariantCulture),
        [.. template.Draft.All.Select(variant => variant.Language)],
        withTexts ? [.. template.Draft.All.Select(variant => new VariantBody(variant.Language, variant.Subject, variant.Preheader, variant.Body, variant.Text))] : null);
}

/// <summary>Texts in one language.</summary>
internal sealed record VariantBody(string Language, string Subject, string? Preheader, string Body, string? Text);

/// <summary>A template as sent: the first variant is the fallback.</summary>
internal sealed record TemplateRequest(string? Name, BodyFormat Format, IReadOnlyList<VariantBody>? Variants)
{
    public MessageDraft ToDraft()
    {
        if (Variants is not { Count: > 0 })
            throw new RefusedException("Send at least one variant with language, subject and body.");
        var variants = Variants.Select(variant => new MessageVariant
        {
            Language = Languages.Normalise(variant.Language) ?? throw new RefusedException($"\"{variant.Language}\" is no language tag: write one such as en or es."),
            Subject = variant.Subject ?? "",
            Preheader = variant.Preheader,
            Body = variant.Body ?? "",
            Text = variant.Text,
        }).ToList();
        return new MessageDraft { Format = Format, Fallback = variants[0], Variants = [.. variants.Skip(1)] };
    }
}

/// <summary>A name.</summary>
internal sealed record NewName(string Name);

/// <summary>A template version.</summary>
internal sealed record TemplateAnswer(long Id, string Name, int Version, int Newest, string Author, DateTimeOffset SavedAt, string Format, IReadOnlyList<string> Languages, IReadOnlyList<VariantBody>? Variants);

/// <summary>What a check says.</summary>
internal sealed record CheckAnswer(bool Compiles, string? Class, IReadOnlyList<object> Problems, IReadOnlyList<object> Fields, int Branches, IReadOnlyList<object> BranchesNotReached, IReadOnlyList<object> Advice)
{
    public static CheckAnswer Of(StudioReport report) => new(
        report.Check.Set is not null,
        report.Class?.ToString(),
        [.. report.Check.Problems.Select(problem => new { problem.File, problem.Line, problem.Column, problem.Language, problem.Message })],
        [.. report.Check.Uses.Select(use => new { use.File, use.Line, use.Column, use.Language, use.Label, use.Fields, role = use.Role, use.Place })],
        report.Branches,
        [.. report.Missed.Select(missed => new { missed.Language, missed.Point.File, missed.Point.Line, tag = missed.Point.Source, missed.Point.When })],
        [.. report.Advice.Select(piece => new { piece.Kind, piece.Weight, piece.Language, piece.File, piece.Line, piece.Message, piece.Mend })]);
}
