using System.CommandLine;
using System.Globalization;
using Sealpost.App.Hosting;
using Sealpost.Compliance;
using Sealpost.People;
using Sealpost.Trust.Agreements;

namespace Sealpost.App.Commands;

/// <summary>The register: <c>agreement add · sign · list · end</c>, <c>risk accept · withdraw · list</c>.</summary>
internal static class AgreementCommands
{
    public static IEnumerable<Command> All(CommandContext context) =>
    [
        new Command("agreement", "Business associate agreements (45 CFR 164.504(e)).") { Add(context), Sign(context), ListAgreements(context), End(context) },
        new Command("risk", "Risk acceptances: floors below the default, signed by a named person.") { Accept(context), Withdraw(context), ListRisks(context) },
    ];

    private static Command Add(CommandContext context)
    {
        var party = new Argument<string>("PARTY") { Description = "Name of the business associate." };
        var endpoint = new Option<string>("--endpoint") { Description = "Host and port it covers, such as relay.example.com:587.", HelpName = "HOST:PORT", Required = true };
        var flows = new Option<PhiFlow[]>("--flow") { Description = "store, send, log, analyse; may be repeated.", HelpName = "FLOW", Required = true, AllowMultipleArgumentsPerToken = true };
        var from = new Option<DateOnly?>("--from") { Description = "First day in force. Default: today.", HelpName = "DATE" };
        var until = new Option<DateOnly?>("--until") { Description = "Last day in force.", HelpName = "DATE" };
        var command = new Command("add", "Add an agreement; it grants nothing before it is signed.") { party, endpoint, flows, from, until };
        command.SetAction((parsed, cancellationToken) => WriteAsync(context, async (organisation, actor, token) =>
        {
            var draft = new AgreementDraft(parsed.GetRequiredValue(party), parsed.GetRequiredValue(endpoint), parsed.GetRequiredValue(flows), parsed.GetValue(from), parsed.GetValue(until));
            var added = await organisation.Compliance.Agreements.AddAsync(draft, actor, token).ConfigureAwait(false);
            return (new { agreement = added.Id }, string.Create(CultureInfo.InvariantCulture, $"Agreement {added.Id} added. It grants nothing until `sealpost agreement sign {added.Id} --read-all`."));
        }, cancellationToken));
        return command;
    }

    private static Command Sign(CommandContext context)
    {
        var id = Number("Number of the agreement.");
        var terms = new Option<AgreementTerms[]>("--term") { Description = "A term you have read in the contract; may be repeated.", HelpName = "TERM", AllowMultipleArgumentsPerToken = true };
        var readAll = new Option<bool>("--read-all") { Description = "You have read every required term in the contract." };
        var command = new Command("sign", "Sign for the organisation, confirming what 45 CFR 164.504(e)(2) asks the contract to say.") { id, terms, readAll };
        command.SetAction((parsed, cancellationToken) => WriteAsync(context, async (organisation, actor, token) =>
        {
            var confirmed = (parsed.GetValue(terms) ?? []).Aggregate(parsed.GetValue(readAll) ? AgreementTerms.Required : AgreementTerms.None, (all, one) => all | one);
            await organisation.Compliance.Agreements.SignAsync(parsed.GetRequiredValue(id), confirmed, actor, token).ConfigureAwait(false);
            return (new { signed = true }, "Signed; its flows are granted from its first day.");
        }, cancellationToken));
        return command;
    }

    private static Command End(CommandContext context)
    {
        var id = Number("Number of the agreement.");
        var command = new Command("end", "End an agreement; its flows are refused from now on.") { id };
        command.SetAction((parsed, cancellationToken) => WriteAsync(context, async (organisation, actor, token) =>
        {
            await organisation.Compliance.Agreements.EndAsync(parsed.GetRequiredValue(id), actor, token).ConfigureAwait(false);
            return (new { ended = true }, "Ended.");
        }, cancellationToken));
        return command;
    }

    private static Command ListAgreements(CommandContext context)
    {
        var command = new Command("list", "Show the agreements.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var agreements = (await organisation.Compliance.Agreements.ListAsync(actor, cancellationToken).ConfigureAwait(false)).Select(one => one.Agreement).ToList();
            if (context.Json)
                await context.WriteJsonAsync(agreements).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : agreements)
            {
                var state = one.EndedAt is { } ended ? $"ended {ended:u}" : one.SignedAt is { } signed ? $"signed {signed:u}" : "not signed";
                await context.Out.WriteLineAsync($"{one.Id}  {one.Party}  {one.Endpoint}  {string.Join(',', one.Flows).ToLowerInvariant()}  {one.EffectiveOn:yyyy-MM-dd} to {one.ExpiresOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "open end"}  {state}").ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    private static Command Accept(CommandContext context)
    {
        var kind = new Argument<string>("KIND") { Description = $"{RiskAcceptances.ClinicalOverPlainPkix}: clinical mail over verified TLS without DANE or MTA-STS." };
        var by = new Option<string>("--by") { Description = "Name of the security official who accepts.", HelpName = "NAME", Required = true };
        var statement = new Option<string>("--statement") { Description = "What is accepted, and why.", HelpName = "TEXT", Required = true };
        var until = new Option<DateOnly?>("--until") { Description = "Last day it counts.", HelpName = "DATE" };
        var command = new Command("accept", "Accept a risk; signed in the ledger.") { kind, by, statement, until };
        command.SetAction((parsed, cancellationToken) => WriteAsync(context, async (organisation, actor, token) =>
        {
            var accepted = await organisation.Compliance.Risks
                .AcceptAsync(parsed.GetRequiredValue(kind), parsed.GetRequiredValue(by), parsed.GetRequiredValue(statement), parsed.GetValue(until), actor, token).ConfigureAwait(false);
            return (new { riskAcceptance = accepted.Id }, string.Create(CultureInfo.InvariantCulture, $"Risk acceptance {accepted.Id} recorded."));
        }, cancellationToken));
        return command;
    }

    private static Command Withdraw(CommandContext context)
    {
        var id = Number("Number of the acceptance.");
        var command = new Command("withdraw", "Withdraw an acceptance; the default floor holds again.") { id };
        command.SetAction((parsed, cancellationToken) => WriteAsync(context, async (organisation, actor, token) =>
        {
            await organisation.Compliance.Risks.WithdrawAsync(parsed.GetRequiredValue(id), actor, token).ConfigureAwait(false);
            return (new { withdrawn = true }, "Withdrawn.");
        }, cancellationToken));
        return command;
    }

    private static Command ListRisks(CommandContext context)
    {
        var command = new Command("list", "Show the risk acceptances.");
        command.SetAction(async (_, cancellationToken) =>
        {
            var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
            var risks = await organisation.Compliance.Risks.ListAsync(actor, cancellationToken).ConfigureAwait(false);
            if (context.Json)
                await context.WriteJsonAsync(risks).ConfigureAwait(false);
            foreach (var one in context.Json ? [] : risks)
                await context.Out.WriteLineAsync($"{one.Id}  {one.Kind}  by {one.AcceptedBy}, {one.AcceptedAt:u}{(one.WithdrawnAt is null ? "" : "  withdrawn")}\n   {one.Statement}").ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static Argument<int> Number(string description) => new("NUMBER") { Description = description };

    private static async Task<int> WriteAsync(CommandContext context, Func<OpenOrganisation, Actor, CancellationToken, Task<(object Json, string Words)>> work, CancellationToken cancellationToken)
    {
        var (organisation, actor) = await context.OpenAsync(cancellationToken).ConfigureAwait(false);
        var (json, words) = await work(organisation, actor, cancellationToken).ConfigureAwait(false);
        if (context.Json)
            await context.WriteJsonAsync(json).ConfigureAwait(false);
        else
            await context.Out.WriteLineAsync(words).ConfigureAwait(false);
        return 0;
    }
}
