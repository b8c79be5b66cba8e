using System.Globalization;
using System.Net.Mail;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Patients;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sealpost.Campaigns;

/// <summary>Checks one campaign file, key by key, and gathers every problem.</summary>
internal sealed class CampaignFileReader(CampaignKeys keys, Func<string, string?> readFile, CampaignFileRules rules, List<CampaignProblem> problems)
{
    private const string BodyExtensions = ".mjml, .html or .md";

    public CampaignContent Read()
    {
        var name = ReadName();
        var purpose = ReadPurpose();
        var remuneration = new RemunerationReader(keys).Read(purpose);
        var from = ReadFrom();
        var audience = ReadAudience(name);
        var (bodyFile, body, format) = ReadBody();
        var (textFile, text) = ReadText();
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
        };
        if (from is not null && body is not null && format is not null && content.Subject.Length > 0)
            CheckTemplate(content);
        return content;
    }

    private string? ReadName()
    {
        var name = keys.Text("name", required: true);
        if (name is null)
            return null;
        if (name.Length <= 80 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            return name;
        keys.Add("name", "a name has letters, digits, \"-\", \"_\" and \".\" only, begins with a letter or digit and has at most 80 characters");
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
        if (!MailAddress.TryCreate(text, out var address) || EmailAddress.Normalise(address.Address) is not { } mailbox)
        {
            keys.Add("from", "write it as: Clinic Name <mailbox@your.domain>");
            return null;
        }

        var domain = EmailAddress.DomainOf(mailbox);
        var own = rules.Organisation.Domain.ToLowerInvariant();
        if (domain == own || domain.EndsWith("." + own, StringComparison.Ordinal))
            return text;
        // RFC 9989: mail whose From is not aligned with the signing domain fails DMARC.
        keys.Add("from", $"the address is not in the organisation's domain {own}; receivers would refuse it");
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
        var text = readFile(file);
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
        foreach (var problem in Template.Compile(content.ToTemplateSource(), hosts).Problems)
        {
            if (problem.File is "subject" or "from" or "preheader")
                keys.Add(problem.File, problem.Message);
            else
                problems.Add(new CampaignProblem(problem.File, Math.Max(1, problem.Line), null, problem.Message));
        }
    }
}
