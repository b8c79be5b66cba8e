using System.CommandLine;
using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.Tests.Compliance;

namespace Sealpost.Tests.Api;

/// <summary>Command line and API are two faces of one set of operations: what the one can do, the other can, or a reason stands here.</summary>
public sealed class OperationsTests(ServedOffice office)
{
    private const string Organisation = "/api/v1/organisations/{org}";

    /// <summary>Commands that manage the data folder itself, or the process: there is no server to ask, or the answer must not leave the machine.</summary>
    private static readonly Dictionary<string, string> LocalOnly = new(StringComparer.Ordinal)
    {
        ["init"] = "makes the folder that a server serves",
        ["serve"] = "is the server",
        ["demo"] = "makes a folder and serves it",
        ["bounce"] = "takes a message from the mail server of this machine, by pipe",
        ["restore"] = "brings a data folder back while no server runs on it",
        ["user link"] = "gets a person back in; only who holds the machine may do that",
        ["sign-in provider"] = "a secret of the whole installation, not of one organisation",
        ["pickup secret"] = "a secret for the provider of codes, shown to who holds the machine",
        ["org add"] = "keys of a new organisation are made by who holds the machine",
        ["receipt verify"] = "offline, with the public key alone; the API has it too",
    };

    /// <summary>Each command and the operation of the API that does the same.</summary>
    private static readonly Dictionary<string, string> Same = new(StringComparer.Ordinal)
    {
        ["agreement add"] = "POST /agreements",
        ["agreement sign"] = "POST /agreements/{id:int}/sign",
        ["agreement end"] = "POST /agreements/{id:int}/end",
        ["agreement list"] = "GET /agreements",
        ["risk accept"] = "POST /risks",
        ["risk withdraw"] = "POST /risks/{id:int}/withdraw",
        ["risk list"] = "GET /risks",
        ["authorization record"] = "POST /authorizations",
        ["authorization revoke"] = "POST /authorizations/revoke",
        ["authorization list"] = "POST /authorizations/find",
        ["authorization show"] = "POST /authorizations/document",
        ["authorization invite"] = "POST /authorizations/invite",
        ["authorization form add"] = "POST /forms",
        ["authorization form list"] = "GET /forms",
        ["authorization form withdraw"] = "POST /forms/{id:long}/withdraw",
        ["suppress"] = "POST /opt-outs",
        ["restriction add"] = "POST /restrictions",
        ["restriction end"] = "POST /restrictions/end",
        ["address attest"] = "POST /address-sources/attest",
        ["request list"] = "GET /requests",
        ["request settle"] = "POST /requests/{id:long}/settle",
        ["receipt show"] = "POST /receipts/find",
        ["receipt check"] = "GET /campaigns/{id:long}/receipts",
        ["receipt export"] = "GET /campaigns/{id:long}/evidence.json",
        ["unencrypted warning"] = "GET /unencrypted/warning",
        ["unencrypted record"] = "POST /unencrypted",
        ["unencrypted list"] = "POST /unencrypted/find",
        ["unencrypted withdraw"] = "POST /unencrypted/withdraw",
        ["pickup forget"] = "POST /pickup/forget",
        ["ledger list"] = "GET /ledger",
        ["ledger verify"] = "POST /ledger/verify",
        ["ledger checkpoint"] = "POST /ledger/checkpoint",
        ["ledger key"] = "GET /ledger/key",
        ["disclosures"] = "POST /disclosures/find",
        ["disclosure record"] = "POST /disclosures",
        ["breach scope"] = "POST /breach/scope",
        ["user add"] = "POST /people",
        ["user invite"] = "POST /people/invite",
        ["user grant"] = "POST /people/grant",
        ["user end"] = "POST /people/end",
        ["user list"] = "GET /people",
        ["token create"] = "POST /tokens",
        ["token revoke"] = "POST /tokens/revoke",
        ["campaign create"] = "POST /campaigns",
        ["campaign preview"] = "GET /campaigns/{id:long}/review",
        ["campaign forecast"] = "GET /campaigns/{id:long}/review",
        ["campaign list"] = "GET /campaigns",
        ["campaign submit"] = "POST /campaigns/{id:long}/submit",
        ["campaign approve"] = "POST /campaigns/{id:long}/approve",
        ["campaign copy"] = "POST /campaigns/{id:long}/copy",
        ["campaign file list"] = "GET /campaigns/{id:long}/files",
        ["campaign file add"] = "POST /campaigns/{id:long}/files",
        ["campaign file remove"] = "DELETE /campaigns/{id:long}/files/{file:long}",
        ["campaign file save"] = "GET /campaigns/{id:long}/files/{file:long}",
        ["campaign comment"] = "POST /campaigns/{id:long}/comments",
        ["campaign test"] = "POST /campaigns/{id:long}/test",
        ["campaign schedule"] = "POST /campaigns/{id:long}/schedule",
        ["campaign unschedule"] = "POST /campaigns/{id:long}/unschedule",
        ["campaign send"] = "POST /campaigns/{id:long}/send",
        ["campaign pause"] = "POST /campaigns/{id:long}/pause",
        ["campaign resume"] = "POST /campaigns/{id:long}/resume",
        ["campaign cancel"] = "POST /campaigns/{id:long}/cancel",
        ["campaign report"] = "GET /campaigns/{id:long}/report",
        ["campaign not-reached"] = "GET /campaigns/{id:long}/not-reached",
        ["campaign told"] = "POST /campaigns/{id:long}/not-reached/told",
        ["campaign in-doubt"] = "GET /campaigns/{id:long}/deliveries",
        ["template list"] = "GET /templates",
        ["template show"] = "GET /templates/{id:long}",
        ["template history"] = "GET /templates/{id:long}/versions",
        ["template compare"] = "GET /templates/{id:long}/versions/{version:int}/changes",
        ["template rename"] = "PUT /templates/{id:long}/name",
        ["template archive"] = "DELETE /templates/{id:long}",
        ["template bring-back"] = "POST /templates/{id:long}/bring-back",
        ["template restore"] = "POST /templates/{id:long}/versions/{version:int}/restore",
        ["block list"] = "GET /blocks",
        ["block show"] = "GET /blocks/{id:long}/versions",
        ["block save"] = "POST /blocks",
        ["block delete"] = "DELETE /blocks/{id:long}",
        ["brand show"] = "GET /brand",
        ["brand set"] = "PUT /brand",
        ["org list"] = "GET /api/v1/organisations",
        ["org set"] = "PATCH /settings",
        ["org show"] = "GET /settings",
        ["org change"] = "PUT",
        ["org dns"] = "GET /dns-records",
        ["org setup"] = "GET /set-up",
        ["audience count"] = "POST /audiences/count",
        ["audience list"] = "POST /audiences/page",
        ["audience explain"] = "POST /audiences/explain",
        ["audience reach"] = "GET /reach",
        ["audience codes"] = "POST /audiences/codes",
        ["audience save"] = "POST /audiences",
        ["audience saved"] = "GET /audiences",
        ["audience history"] = "GET /audiences/{id:long}/history",
        ["audience compare"] = "GET /audiences/{id:long}/versions/{version:int}/changes",
        ["audience restore"] = "POST /audiences/{id:long}/versions/{version:int}/restore",
        ["audience rename"] = "PUT /audiences/{id:long}",
        ["audience copy"] = "POST /audiences/{id:long}/copy",
        ["audience delete"] = "DELETE /audiences/{id:long}",
        ["audience undelete"] = "POST /audiences/{id:long}/undelete",
        ["backup create"] = "POST /backups",
        ["backup list"] = "GET /backups",
        ["backup replay"] = "POST /backups/replay",
        ["destination list"] = "GET /destinations",
        ["destination tls-reports"] = "GET /destinations/tls-reports",
        ["domain check"] = "GET /domain/check",
        ["domain rotate"] = "POST /domain/keys/next/use",
        ["import fhir"] = "POST /imports/jobs/{job}/fhir",
        ["import csv"] = "POST /imports/jobs/{job}/csv",
        ["import undo"] = "POST /imports/{id:long}/undo",
        ["import list"] = "GET /imports",
        ["import demo"] = "POST /imports/demo",
        ["keys status"] = "GET /keys",
        ["keys rotate"] = "POST /keys/rotate",
        ["patient find"] = "POST /patients/find",
        ["patient show"] = "GET /patients/{number:int}",
        ["patient messages"] = "GET /patients/{number:int}/messages",
        ["patient erase"] = "DELETE /patients/{number:int}",
        ["patient certificate add"] = "POST /certificates",
        ["patient certificate list"] = "POST /certificates/find",
        ["patient certificate remove"] = "POST /certificates/remove",
        ["smime import"] = "PUT /smime",
        ["smime show"] = "GET /smime",
        ["smime remove"] = "DELETE /smime",
        ["returned mail"] = "GET /returned-mail",
        ["returned domains"] = "GET /domain-reports",
    };

    [Fact]
    public async Task Every_command_has_its_operation_or_a_reason_why_it_is_local()
    {
        await office.StartedAsync();
        var operations = office.Operations.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/api/v1", StringComparison.Ordinal) == true)
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"))
            .ToHashSet(StringComparer.Ordinal);
        var commands = Leaves(Root(), "").ToList();
        Assert.True(commands.Count > 40, "The tree of commands was not read.");
        var missing = commands.Where(command => !LocalOnly.ContainsKey(command) && !(Same.TryGetValue(command, out var operation) && operations.Contains(Full(operation))));
        Assert.True(!missing.Any(), $"Commands without an operation of the API: {string.Join(", ", missing)}. Operations: {string.Join(", ", operations.Order(StringComparer.Ordinal))}");
        Assert.Empty(LocalOnly.Keys.Concat(Same.Keys).Except(commands, StringComparer.Ordinal));
    }

    private static string Full(string operation)
    {
        var space = operation.IndexOf(' ', StringComparison.Ordinal);
        var (method, path) = space < 0 ? (operation, "") : (operation[..space], operation[(space + 1)..]);
        return path.StartsWith("/api/", StringComparison.Ordinal) ? operation : $"{method} {Organisation}{path}";
    }

    private static Command Root() => CommandLine.Parse(
        new CommandContext { Out = TextWriter.Null, Error = TextWriter.Null, In = Stream.Null, WorkingFolder = "/", Token = null, Interactive = false, OpenInstallation = _ => Task.FromException<Installation>(new InvalidOperationException()) },
        []).RootCommandResult.Command;

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(sub => Leaves(sub, string.Create(CultureInfo.InvariantCulture, $"{path} {sub.Name}").Trim()));
}
