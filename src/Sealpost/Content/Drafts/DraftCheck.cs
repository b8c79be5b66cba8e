namespace Sealpost.Content.Drafts;

/// <summary>A draft, expanded and compiled: what an editor shows and what a campaign takes.</summary>
internal sealed record DraftCheck
{
    /// <summary>Null where there is a problem.</summary>
    public required TemplateSet? Set { get; init; }

    /// <summary>Every problem, in the author's own files: <c>subject</c>, <c>preheader</c>, <c>body</c>, <c>text</c>, <c>block:NAME</c>.</summary>
    public required IReadOnlyList<TemplateProblem> Problems { get; init; }

    /// <summary>Every use of a field, likewise.</summary>
    public required IReadOnlyList<FieldUse> Uses { get; init; }

    /// <summary>The draft with blocks and brand values put in, as it is compiled.</summary>
    public required MessageDraft Expanded { get; init; }

    /// <summary>Bodies by language, to find places in.</summary>
    public required IReadOnlyDictionary<string, ExpandedSource> Sources { get; init; }

    /// <summary>Checks a draft. Never throws for bad input.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="from">The sender it will have.</param>
    /// <param name="snippets">Blocks and brand values.</param>
    /// <param name="ownHosts">As for <see cref="Template.Compile"/>.</param>
    public static DraftCheck Of(MessageDraft draft, string from, Snippets snippets, IReadOnlySet<string> ownHosts)
    {
        var problems = new List<TemplateProblem>();
        var sources = new Dictionary<string, ExpandedSource>(StringComparer.OrdinalIgnoreCase);
        var variants = new List<MessageVariant>();
        foreach (var variant in draft.All.Take(1 + MessageDraft.MaxVariants))
        {
            var found = new List<TemplateProblem>();
            var source = ExpandedSource.Of(variant.Body, FileOf(variant), draft.Format, variant.Language, snippets, found);
            sources[variant.Language] = source;
            problems.AddRange(found.Select(problem => problem with { Language = variants.Count == 0 ? null : variant.Language }));
            variants.Add(variant with { Body = source.Text });
        }

        if (draft.Variants.Count > MessageDraft.MaxVariants)
            problems.Add(new TemplateProblem("language", 1, $"A message has at most {MessageDraft.MaxVariants} variants besides its fallback: take some out."));
        var expanded = draft with { Fallback = variants[0], Variants = [.. variants.Skip(1)] };
        var compiled = problems.Count > 0 ? null : TemplateSet.Compile(SourcesOf(expanded, from), ownHosts);
        return new DraftCheck
        {
            Set = compiled?.Set,
            Expanded = expanded,
            Sources = sources,
            Problems = [.. problems, .. compiled?.Problems.Select(problem => Move(problem, draft, sources)) ?? []],
            Uses = [.. compiled?.Uses.Select(use => Move(use, draft, sources)).Distinct() ?? []],
        };
    }

    /// <summary>The sources of an expanded draft, the fallback first.</summary>
    public static IReadOnlyList<TemplateSource> SourcesOf(MessageDraft expanded, string from) =>
        [.. expanded.All.Select((variant, i) => variant.ToSource(from, expanded.Format, i == 0 && expanded.Variants.Count == 0 && variant.Language == Languages.Default ? null : variant.Language))];

    /// <summary>A line of a compiled body, as the author counts.</summary>
    public (string File, int Line) Origin(string language, int line)
    {
        var (file, at, _) = Sources[language].Origin(line, 1);
        return (file, at);
    }

    private static string FileOf(MessageVariant variant) => variant.BodyFile.Length > 0 ? variant.BodyFile : "body";

    private static MessageVariant VariantOf(MessageDraft draft, string? language) =>
        language is null ? draft.Fallback : draft.Variants.FirstOrDefault(variant => variant.Language == language) ?? draft.Fallback;

    private static TemplateProblem Move(TemplateProblem problem, MessageDraft draft, Dictionary<string, ExpandedSource> sources)
    {
        var variant = VariantOf(draft, problem.Language);
        if (problem.File != FileOf(variant))
            return problem;
        var (file, line, column) = sources[variant.Language].Origin(problem.Line, problem.Column ?? 1);
        return new TemplateProblem(file, line, problem.Message) { Column = problem.Column is null ? null : column, Length = problem.Length, Language = problem.Language };
    }

    private static FieldUse Move(FieldUse use, MessageDraft draft, Dictionary<string, ExpandedSource> sources)
    {
        var variant = VariantOf(draft, use.Language);
        if (use.File != FileOf(variant))
            return use;
        var (file, line, column) = sources[variant.Language].Origin(use.Line, use.Column);
        return use with { File = file, Line = line, Column = column };
    }
}
