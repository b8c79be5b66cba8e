using System.Globalization;
using System.Text.Json;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Api;

/// <summary>Questions about audiences. A query names conditions, so it travels in bodies and never in an address; numbers come as the caller's role may see them.</summary>
internal static class AudienceApi
{
    private const int LargestPage = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        var audiences = api.MapGroup("/organisations/{org}/audiences").WithTags("Audiences");
        audiences.MapPost("/count", CountAsync).WithSummary("How many match");
        audiences.MapPost("/funnel", FunnelAsync).WithSummary("Matched, lawful for a purpose, reachable; why the others are withheld");
        audiences.MapPost("/breakdown", BreakdownAsync).WithSummary("By age, sex, language, state, ZIP area and condition; small cells hidden");
        audiences.MapPost("/check", CheckAsync).WithSummary("Errors with their place, unknown codes with the nearest known ones, the query as text, tree and words");
        audiences.MapPost("/codes", CodesAsync).WithSummary("Codes that the patients have, most frequent first");
        audiences.MapPost("/results", ResultsAsync).WithSummary("Units and range of a lab code's results");
        audiences.MapPost("/page", PageAsync).WithSummary("Who is in, page by page: an audited read, for compliance and administrators");
        audiences.MapPost("/explain", ExplainAsync).WithSummary("Why a patient is in or out: an audited read, for compliance and administrators");
        api.MapGet("/organisations/{org}/reach", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.Audiences.Reach.RunAsync(caller.Actor, cancellationToken))
            .WithTags("Audiences").WithSummary("How many patients can lawfully be written to now, and on the days before");
        audiences.MapGet("/starters", () => AudienceTemplates.All).WithSummary("Audiences to start from");
        SavedAudienceApi.Map(audiences);
    }

    /// <summary>The query of a body, as text or as JSON tree.</summary>
    /// <exception cref="RefusedException">It is neither; says where and what was expected.</exception>
    public static AudienceQuery Parse(JsonElement query)
    {
        var read = query.ValueKind == JsonValueKind.String ? AudienceQuery.Parse(query.GetString()!)
            : query.ValueKind == JsonValueKind.Object ? AudienceQuery.FromJson(query.GetRawText())
            : throw new RefusedException("Send `query`: the audience's text as a string, or its tree as an object. docs/audience-language.md shows both.");
        return read.Query ?? throw new RefusedException(read.Column > 0 ? $"Column {read.Column.ToString(CultureInfo.InvariantCulture)}: {read.Error}" : read.Error!);
    }

    private static async Task<ShownNumber> CountAsync(Caller caller, AudienceQuestion question, CancellationToken cancellationToken) =>
        ShownNumber.Of(await caller.Organisation.Audiences.CountAsync(Parse(question.Query), Day(caller, question.AsOf), caller.Actor, cancellationToken).ConfigureAwait(false));

    private static async Task<FunnelAnswer> FunnelAsync(Caller caller, AudienceQuestion question, CancellationToken cancellationToken)
    {
        var purpose = PurposeNames.Parse(question.Purpose ?? "") ?? throw new RefusedException($"Send `purpose`, one of {string.Join(", ", Enum.GetValues<Purpose>().Select(PurposeNames.Of))}.");
        return FunnelAnswer.Of(await caller.Organisation.Audiences.FunnelAsync(Parse(question.Query), purpose, Day(caller, question.AsOf), caller.Actor, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<IReadOnlyList<BreakdownAnswer>> BreakdownAsync(Caller caller, AudienceQuestion question, CancellationToken cancellationToken) =>
        [.. (await caller.Organisation.Audiences.BreakdownAsync(Parse(question.Query), Day(caller, question.AsOf), caller.Actor, cancellationToken).ConfigureAwait(false))
            .Select(one => new BreakdownAnswer(one.Kind, [.. one.Cells.Select(cell => new CellAnswer(cell.Key, cell.Label, ShownNumber.Of(cell.Patients)))]))];

    private static async Task<AudienceCheckAnswer> CheckAsync(Caller caller, AudienceQuestion question, CancellationToken cancellationToken)
    {
        var query = Parse(question.Query);
        var check = await caller.Organisation.Audiences.CheckAsync(query, caller.Actor, cancellationToken).ConfigureAwait(false);
        var text = question.Query.ValueKind == JsonValueKind.String ? question.Query.GetString()! : query.ToText();
        var spans = AudienceQuery.Parse(text).Spans;
        return new AudienceCheckAnswer(
            text,
            JsonSerializer.Deserialize<JsonElement>(query.ToJson()),
            await caller.Organisation.Audiences.WordsAsync(query, caller.Actor, cancellationToken).ConfigureAwait(false),
            [.. query.Kinds()],
            [.. check.Problems.Select(problem => new AudienceProblemAnswer(problem.IsError ? "error" : "warning", problem.Message, Column(spans, problem.Part), problem.Part < spans.Count ? spans[problem.Part].Length : null, problem.Nearest))]);
    }

    private static int? Column(IReadOnlyList<(int Start, int Length)> spans, int part) => part < spans.Count ? spans[part].Start + 1 : null;

    private static async Task<CodePage> CodesAsync(Caller caller, CodeSearch search, CancellationToken cancellationToken)
    {
        var (codes, next) = await caller.Organisation.Audiences
            .CodePageAsync((search.Kind, search.System, search.Find ?? ""), search.After, Math.Clamp(search.Limit ?? 50, 1, LargestPage), caller.Actor, cancellationToken).ConfigureAwait(false);
        var show = caller.Organisation.Audiences.Counts(caller.Actor);
        return new CodePage([.. codes.Select(code => new CodeAnswer(code.Code, code.Kind, code.System, code.Title, ShownNumber.Of(show.ShowFixed(code.Now)), ShownNumber.Of(show.ShowFixed(code.Ever))))], next);
    }

    private static async Task<IReadOnlyList<ResultAnswer>> ResultsAsync(Caller caller, LabCode lab, CancellationToken cancellationToken) =>
        [.. (await caller.Organisation.Audiences.ShownResultsAsync(lab.Code ?? "", caller.Actor, cancellationToken).ConfigureAwait(false))
            .Select(result => new ResultAnswer(result.Range.Unit, ShownNumber.Of(result.Patients), result.Range.Low, result.Range.Middle, result.Range.High))];

    private static async Task<PatientPage> PageAsync(Caller caller, AudienceQuestion question, CancellationToken cancellationToken)
    {
        var page = await caller.Organisation.Audiences.PageAsync(Parse(question.Query), Day(caller, question.AsOf), question.After, caller.Actor, cancellationToken).ConfigureAwait(false);
        return new PatientPage([.. page.Patients.Select(PatientAnswer.Of)], page.Next, page.Total);
    }

    private static async Task<ExplanationAnswer> ExplainAsync(Caller caller, PatientQuestion question, CancellationToken cancellationToken)
    {
        var explained = await caller.Organisation.Audiences.ExplainAsync(Parse(question.Query), new PatientNumber(question.Patient), Day(caller, question.AsOf), caller.Actor, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        return new ExplanationAnswer(explained.Matches, [.. explained.Parts.Select(part => new ExplainedLine(part.Part, part.Holds, part.Seen))]);
    }

    private static DateOnly Day(Caller caller, DateOnly? asOf) => asOf ?? caller.Organisation.Context.Today;
}

/// <summary>A question: the query as text or JSON tree, the day that counts as today, and what some operations need besides.</summary>
/// <param name="Query">Text, or the tree.</param>
/// <param name="AsOf">Null: today in the organisation's time zone.</param>
/// <param name="Purpose">For the funnel.</param>
/// <param name="After">For pages: <c>next</c> of the page before.</param>
internal sealed record AudienceQuestion(JsonElement Query, DateOnly? AsOf, string? Purpose, int? After);

/// <summary>Why is this patient in or out?</summary>
internal sealed record PatientQuestion(JsonElement Query, int Patient, DateOnly? AsOf);

/// <summary>What to look for among the codes.</summary>
/// <param name="Kind">Null: all kinds.</param>
/// <param name="System">Such as <c>icd10</c>.</param>
/// <param name="Find">Words, or the beginning of a code.</param>
/// <param name="After"><c>next</c> of the page before.</param>
/// <param name="Limit">1 to 200; 50 without one.</param>
internal sealed record CodeSearch(RuleKind? Kind, string? System, string? Find, string? After, int? Limit);

/// <summary>A lab code.</summary>
internal sealed record LabCode(string? Code);

/// <summary>A number of patients as the caller may see it.</summary>
/// <param name="Shown">For people: <c>1,204</c>, <c>about 1,200</c>, <c>&lt;11</c>, <c>hidden</c>.</param>
/// <param name="As">Exact, about, few, allButFew or hidden.</param>
/// <param name="Value">The number, where one is shown.</param>
internal sealed record ShownNumber(string Shown, ShownAs As, long? Value)
{
    public static ShownNumber Of(ShownCount count) => new(count.ToString(), count.As, count.Value);
}

/// <summary>Matched, lawful, reachable.</summary>
internal sealed record FunnelAnswer(ShownNumber Matched, ShownNumber Lawful, ShownNumber Reachable, ShownNumber NotSeenYet, ShownNumber TooWeak, MessageClass Class, Delivery.Tier? MinimumTier, IReadOnlyList<string> Categories, IReadOnlyList<FunnelReasonAnswer> Withheld)
{
    public static FunnelAnswer Of(AudienceFunnel funnel) => new(
        ShownNumber.Of(funnel.Matched), ShownNumber.Of(funnel.Lawful), ShownNumber.Of(funnel.Reachable), ShownNumber.Of(funnel.NotSeenYet), ShownNumber.Of(funnel.TooWeak),
        funnel.Class, funnel.MinimumTier, funnel.Categories,
        [.. funnel.Withheld.Select(one => new FunnelReasonAnswer(one.Reason, WithholdReasons.Describe(one.Reason), one.Citation, ShownNumber.Of(one.Patients)))]);
}

/// <summary>A reason for withholding.</summary>
internal sealed record FunnelReasonAnswer(WithholdReason Reason, string Words, string Citation, ShownNumber Patients);

/// <summary>An audience by one property.</summary>
internal sealed record BreakdownAnswer(CellKind By, IReadOnlyList<CellAnswer> Cells);

/// <summary>One value of it.</summary>
internal sealed record CellAnswer(string Key, string Label, ShownNumber Patients);

/// <summary>A query compared with the data.</summary>
internal sealed record AudienceCheckAnswer(string Text, JsonElement Tree, string Words, IReadOnlyList<string> Kinds, IReadOnlyList<AudienceProblemAnswer> Problems);

/// <summary>A problem with its place in the text, from 1.</summary>
internal sealed record AudienceProblemAnswer(string Severity, string Message, int? Column, int? Length, IReadOnlyList<string> Nearest);

/// <summary>Codes.</summary>
internal sealed record CodePage(IReadOnlyList<CodeAnswer> Codes, string? Next);

/// <summary>A code with the patients that have it now, and have or had it.</summary>
internal sealed record CodeAnswer(string Code, RuleKind Kind, string System, string? Title, ShownNumber Now, ShownNumber Ever);

/// <summary>Results in one unit: a tenth lies below low, a tenth above high.</summary>
internal sealed record ResultAnswer(string Unit, ShownNumber Patients, double? Low, double? Middle, double? High);

/// <summary>A page of patients.</summary>
internal sealed record PatientPage(IReadOnlyList<PatientAnswer> Patients, int? Next, long Total);

/// <summary>A patient by opaque number, id, name and record number.</summary>
internal sealed record PatientAnswer(int Number, string Id, string Name, string? RecordNumber)
{
    public static PatientAnswer Of(AudiencePatient patient) => new(patient.Number.Value, patient.Id, patient.Name, patient.RecordNumber);
}

/// <summary>Why a patient is in or out.</summary>
internal sealed record ExplanationAnswer(bool Matches, IReadOnlyList<ExplainedLine> Parts);

/// <summary>A part of the query, whether it holds, what the chart holds about it.</summary>
internal sealed record ExplainedLine(string Part, bool Holds, string Seen);
