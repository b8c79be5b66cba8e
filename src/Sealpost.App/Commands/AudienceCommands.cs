using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.People;

namespace Sealpost.App.Commands;

/// <summary>Questions to the audience index: <c>audience count · list · explain · reach</c>; the others are <see cref="SavedAudienceCommands"/>.</summary>
internal static class AudienceCommands
{
    public static IEnumerable<Command> All(CommandContext context)
    {
        var audience = new Command("audience", "Choose patients. The language is in docs/audience-language.md.") { Count(context), List(context), Explain(context), Reach(context) };
        foreach (var command in SavedAudienceCommands.All(context))
            audience.Add(command);
        return [audience];
    }

    private static Command Count(CommandContext context)
    {
        var (query, asOf) = (Query(), AsOf());
        var command = new Command("count", "How many patients match. Roles that may not see patients get rounded numbers.") { query, asOf };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, parsedQuery, day) = await OpenAsync(context, parsed, query, asOf, AudienceDesk.Look, cancellationToken).ConfigureAwait(false);
            var count = await organisation.Audiences.CountAsync(parsedQuery, day, actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(count.As == ShownAs.Exact ? new { count = count.Value } : new { count = count.Value, shown = count.ToString() }).ConfigureAwait(false);
            else
                await context.Out.WriteLineAsync(count.As == ShownAs.Exact ? count.Value!.Value.ToString(CultureInfo.InvariantCulture) : count.ToString()).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Reach(CommandContext context)
    {
        var command = new Command("reach", "How many patients can lawfully be written to, and how that changed.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var reach = await organisation.Audiences.Reach.RunAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(new { now = reach.Now, earlier = reach.Earlier }).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : reach.Earlier.Append(reach.Now))
                await context.Out.WriteLineAsync($"{one.Day:yyyy-MM-dd}  {one.Patients} patients, {one.Care} about their care, {one.Marketing} for marketing").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var (query, asOf) = (Query(), AsOf());
        var command = new Command("list", "The ids of the patients that match. An audited read.") { query, asOf };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, parsedQuery, day) = await OpenAsync(context, parsed, query, asOf, Roles.Compliance | Roles.Administrator, cancellationToken).ConfigureAwait(false);
            var numbers = await organisation.Context.Audience.ListAsync(parsedQuery, day, cancellationToken).ConfigureAwait(false);
            await organisation.NoteReadAsync(actor, null, "audience.list", cancellationToken).ConfigureAwait(false);
            var ids = new List<string>(numbers.Count);
            foreach (var chunk in numbers.Chunk(1_000))
                ids.AddRange((await organisation.Context.Patients.OpenManyAsync(chunk, cancellationToken).ConfigureAwait(false)).Select(chart => chart.Head.DisplayId));
            if (context.Json)
                await context.WriteJsonAsync(new { patients = ids }).ConfigureAwait(false);
            foreach (var id in context.Json ? [] : ids)
                await context.Out.WriteLineAsync(id).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Command Explain(CommandContext context)
    {
        var (query, asOf, patient) = (Query(), AsOf(), ConsentCommands.Patient());
        var command = new Command("explain", "Why a patient is in or out, part by part. An audited read.") { query, patient, asOf };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (organisation, actor, parsedQuery, day) = await OpenAsync(context, parsed, query, asOf, Roles.Compliance | Roles.Administrator, cancellationToken).ConfigureAwait(false);
            var who = await context.PatientAsync(organisation, parsed.GetRequiredValue(patient), cancellationToken).ConfigureAwait(false);
            await organisation.NoteReadAsync(actor, who, "audience.explain", cancellationToken).ConfigureAwait(false);
            var explanation = await organisation.Context.Audience.ExplainAsync(parsedQuery, who, day, cancellationToken).ConfigureAwait(false)
                ?? throw new RefusedException("The patient was erased.");
            if (context.Json)
            {
                await context.WriteJsonAsync(new { matches = explanation.Matches, parts = explanation.Parts.Select(part => new { part = part.Part, holds = part.Holds, seen = part.Seen }) }).ConfigureAwait(false);
                return 0;
            }

            await context.Out.WriteLineAsync(explanation.Matches ? "In." : "Out.").ConfigureAwait(false);
            foreach (var (part, holds, seen) in explanation.Parts)
                await context.Out.WriteLineAsync($"  {(holds ? "yes" : "no "),-4} {part}{(seen.Length == 0 ? "" : $"   [{seen}]")}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    internal static Argument<string> Query() => new("QUERY") { Description = "Audience query, such as 'age >= 50 and condition in (icd10:E11*)'; - reads it from standard input." };

    private static Option<string?> AsOf() => new("--as-of") { Description = "Fixes today. Default: today in the organisation's time zone.", HelpName = "DATE" };

    internal static async Task<(OpenOrganisation Organisation, Actor Actor, AudienceQuery Query, DateOnly Day)> OpenAsync(
        CommandContext context, ParseResult parsed, Argument<string> query, Option<string?>? asOf, Roles anyOf, CancellationToken cancellationToken)
    {
        var text = parsed.GetRequiredValue(query);
        if (text == "-")
            text = await context.ReadTextAsync("-", cancellationToken).ConfigureAwait(false);
        var read = text.TrimStart().StartsWith('{') ? AudienceQuery.FromJson(text) : AudienceQuery.Parse(text);
        if (read.Query is null)
            throw new RefusedException($"Column {read.Column}: {read.Error}");
        var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
        actor.RequireToRead(anyOf, "ask for audiences");
        var check = await organisation.Context.Audience.CheckAsync(read.Query, cancellationToken).ConfigureAwait(false);
        if (check.Errors.Count > 0)
            throw new RefusedException(string.Join('\n', check.Errors));
        foreach (var warning in check.Warnings)
            await context.Error.WriteLineAsync("Warning: " + warning).ConfigureAwait(false);
        return (organisation, actor, read.Query, Day(organisation, asOf is null ? null : parsed.GetValue(asOf)));
    }

    private static DateOnly Day(OpenOrganisation organisation, string? text) =>
        text is null ? organisation.Context.Today
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new RefusedException($"'{text}' is no date. Write --as-of 2026-12-31.");
}
