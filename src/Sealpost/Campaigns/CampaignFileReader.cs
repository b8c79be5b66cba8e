using System.Globalization;
using Sealpost.Audience;
using Sealpost.Campaigns.Attachments;
using Sealpost.Consent;
using Sealpost.Content;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sealpost.Campaigns;

/// <summary>Checks one campaign file, key by key, and gathers every problem.</summary>
internal sealed class CampaignFileReader(CampaignKeys keys, Func<string, byte[]?> readFile, CampaignFileRules rules, List<CampaignProblem> problems)
{
    /// <summary>Keys that a template of the library stands for.</summary>
    private static readonly string[] TextKeys = ["subject", "preheader", "html", "text", "language", "variants"];

    private const string BodyExtensions = ".mjml, .html or .md";

    /// <summary>Files that the campaign carries, once it was read.</summary>
    public IReadOnlyList<CheckedAttachment> Files { get; private set; } = [];

    public CampaignContent Read()
    {
        Files = new FilesReader(keys, readFile).Read();
        var name = ReadName();
        var purpose = ReadPurpose();
        var remuneration = new RemunerationReader(keys).Read(purpose);
        var from = ReadFrom();
        var audience = ReadAudience(name);
        if (keys.Has("template"))
            return ReadPinned(name, purpose, remuneration, from, audience);
        var (bodyFile, body, format) = ReadBody();
        var (textFile, text) = ReadText();
        var language = ReadLanguage();
        var content = new CampaignContent
        {
            Name = name ?? "",
            Purpose = purpose ?? default,
            Remuneration = remuneration,
            From = from ?? "",
            Audience = audience ?? "",
            Subject = keys.Text("subject", required: true) ?? "",
            Preheader = keys.Has("preheader") ? keys.Text("preheader", required: false) : null,
            Body = body ?? "",
            Format = format ?? default,
            BodyFile = bodyFile ?? "",
            Text = text,
            TextFile = textFile,
            NotAfter = ReadNotAfter(),
            Rate = ReadRate(),
            Schedule = ReadSchedule(),
            Language = language,
            Variants = new VariantsReader(keys, TextIn).Read(format),
        };
        if (from is not null && body is not null && format is not null && content.Subject.Length > 0)
            CheckTemplate(content);
        return content;
    }

    /// <summary>A campaign whose message is a version of the library's.</summary>
    private CampaignContent ReadPinned(string? name, Purpose? purpose, PaymentAnswers? remuneration, string? from, string? audience)
    {
        foreach (var key in TextKeys.Where(keys.Has))
            keys.Add(key, $"\"{key}\" comes from the template: take it out here, or take out \"template\"");
        var content = new CampaignContent
        {
            Name = name ?? "",
            Purpose = purpose ?? default,
            Remuneration = remuneration,
            From = from ?? "",
            Audience = audience ?? "",
            NotAfter = ReadNotAfter(),
            Rate = ReadRate(),
            Schedule = ReadSchedule(),
        };
        if (rules.Template is { } template)
            content = content.With(template);
        else
            keys.Add("template", rules.TemplateRefusal ?? "templates of the library cannot be used here");
        if (from is not null && rules.Template is not null)
            CheckTemplate(content);
        return content;
    }

    private string? ReadLanguage()
    {
        var text = keys.Has("language") ? keys.Text("language", required: false) : null;
        if (text is null)
            return null;
        if (Languages.Normalise(text) is { } tag)
            return tag;
        keys.Add("language", $"\"{text}\" is no language tag; write one such as en, es or zh-Hant");
        return null;
    }

    private string? ReadName()
    {
        var name = keys.Text("name", required: true);
        if (name is null)
            return null;
        if (CampaignRules.NameProblem(name) is not { } problem)
            return name;
        keys.Add("name", problem);
        return null;
    }

    private Purpose? ReadPurpose()
    {
        var text = keys.Text("purpose", required: true);
        if (text is null)
            return null;
        if (PurposeNames.Parse(text) is { } purpose)
            return purpose;
        var known = Enum.GetValues<Purpose>().Select(PurposeNames.Of).ToList();
        keys.Add("purpose", $"\"{text}\" is no purpose{NearestName.Hint(text, known)}");
        return null;
    }

    private string? ReadFrom()
    {
        var text = keys.Text("from", required: true);
        if (text is null)
            return null;
        if (CampaignRules.FromProblem(text, rules.Organisation) is not { } problem)
            return text;
        keys.Add("from", problem);
        return null;
    }

    private string? ReadAudience(string? ownName)
    {
        var text = keys.Text("audience", required: true);
        if (text is null)
            return null;
        var parse = AudienceQuery.Parse(text);
        if (parse.Query is null)
        {
            var (line, column) = PlaceInAudience(parse.Column);
            keys.Add("audience", line, column, $"{parse.Error} (column {parse.Column} of the query)");
            return null;
        }

        foreach (var campaign in parse.Query.Campaigns())
        {
            if (string.Equals(campaign, ownName, StringComparison.OrdinalIgnoreCase))
                keys.Add("audience", $"the audience refers to its own campaign \"{campaign}\"; who gets a message cannot depend on who got it");
            else if (rules.KnownCampaigns is { } known && !known.Contains(campaign))
                keys.Add("audience", $"there is no campaign \"{campaign}\"{(known.Count == 0 ? "" : NearestName.Hint(campaign, [.. known]))}");
        }

        return text;
    }

    /// <summary>Where a column of the query stands in the file: exact for a query on one line, the first line else.</summary>
    private (int Line, int? Column) PlaceInAudience(int column)
    {
        if (keys.Node("audience") is not YamlScalarNode node)
            return (0, null);
        var line = (int)node.Start.Line;
        return node.Style switch
        {
            ScalarStyle.Plain when node.Start.Line == node.End.Line => (line, (int)node.Start.Column + column - 1),
            ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted when node.Start.Line == node.End.Line => (line, (int)node.Start.Column + column),
            _ => (line, null),
        };
    }

    private (string? File, string? Body, BodyFormat? Format) ReadBody()
    {
        var file = keys.Text("html", required: true);
        if (file is null)
            return default;
        BodyFormat? format = Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".mjml" => BodyFormat.Mjml,
            ".html" or ".htm" => BodyFormat.Html,
            ".md" => BodyFormat.Markdown,
            _ => null,
        };
        if (format is null)
            keys.Add("html", $"\"{file}\" must end in {BodyExtensions}");
        return (file, ReadNamed("html", file), format);
    }

    private (string? File, string? Text) ReadText()
    {
        var file = keys.Has("text") ? keys.Text("text", required: false) : null;
        return file is null ? default : (file, ReadNamed("text", file));
    }

    private string? ReadNamed(string key, string file)
    {
        var text = TextIn(file);
        if (text is null)
            keys.Add(key, $"the file \"{file}\" cannot be read; it is looked for beside the campaign file");
        else if (text.Length > CampaignFile.MaxLength)
            keys.Add(key, $"the file \"{file}\" is longer than {CampaignFile.MaxLength} characters");
        else if (string.IsNullOrWhiteSpace(text))
            keys.Add(key, $"the file \"{file}\" is empty");
        else
            return text;
        return null;
    }

    private string? TextIn(string file) => readFile(file) is { } content ? CampaignFile.TextOf(content) : null;

    private DateOnly? ReadNotAfter()
    {
        var text = keys.Has("notAfter") ? keys.Text("notAfter", required: false) : null;
        if (text is null)
            return null;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            keys.Add("notAfter", $"\"{text}\" is no date; write it as 2026-12-31");
        else if (day < rules.Today)
            keys.Add("notAfter", $"{text} is past; nothing could leave");
        return day;
    }

    private int? ReadRate()
    {
        var text = keys.Has("rate") ? keys.Text("rate", required: false) : null;
        if (text is null)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate is >= 1 and <= 100_000)
            return rate;
        keys.Add("rate", "the rate is a whole number of messages a second, 1 to 100000");
        return null;
    }

    private DateTimeOffset? ReadSchedule()
    {
        var text = keys.Has("schedule") ? keys.Text("schedule", required: false) : null;
        if (text is null)
            return null;
        var at = ScheduleTime.Parse(text, rules.Organisation.TimeZone);
        if (at is null)
            keys.Add("schedule", $"\"{text}\" is no time; write it as 2026-05-01T09:00 (the organisation's time zone) or with an offset, 2026-05-01T09:00-05:00");
        else if (at <= rules.Now)
            keys.Add("schedule", $"{text} is past");
        return at;
    }

    private void CheckTemplate(CampaignContent content)
    {
        var hosts = CampaignHosts.Of(rules.Organisation);
        foreach (var problem in TemplateSet.Compile(content.ToTemplateSources(), hosts).Problems)
        {
            var isKey = problem.File is "subject" or "from" or "preheader" or "language";
            if (isKey)
                keys.Add(problem.Language is null ? keys.Has(problem.File) ? problem.File : "template" : "variants", problem.Language is null ? problem.Message : $"{problem.Language}: {problem.Message}");
            else
                problems.Add(new CampaignProblem(problem.File, Math.Max(1, problem.Line), problem.Column, problem.Message));
        }
    }
}
