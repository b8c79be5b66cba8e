using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.App.Hosting;
using Sealpost.Reports;

namespace Sealpost.App.Api;

/// <summary>Receipts over the API: what was proven about each attempt to deliver.</summary>
internal static class ReceiptApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var receipts = api.MapGroup("/organisations/{org}/receipts").WithTags("Receipts");
        receipts.MapPost("/find", async (Caller caller, WantedReceipts wanted, CancellationToken token) =>
            (await ShowAsync(caller, wanted, token).ConfigureAwait(false)).Select(receipt => new ReceiptAnswer(receipt.Id, ReceiptFile.Fields(receipt.Receipt)))).WithSummary("The receipts of one patient's delivery; an audited read");
        receipts.MapPost("/proof", ProofAsync).WithSummary("A file by which anybody can verify them with the ledger's public key alone; it names the recipient");
        receipts.MapPost("/verify", (Caller _, Installation installation, JsonNode proof) =>
        {
            var results = ReceiptFile.Verify(proof.ToJsonString(), installation.LedgerKey);
            return new ReceiptCheckAnswer(results.All(result => result.Findings.Count == 0), [.. results.Select(result => new CheckedReceipt(ReceiptFile.Fields(result.Receipt), result.Findings))]);
        }).WithSummary("Whether receipts of a proof file stand in the ledger as shown");
        api.MapGet("/organisations/{org}/campaigns/{id:long}/receipts", async (Caller caller, long id, CancellationToken token) =>
        {
            await caller.Organisation.Desk().GetAsync(id, token).ConfigureAwait(false);
            return new MissingReceipts(await caller.Organisation.Compliance.Receipts.AcceptedWithoutAsync(id, caller.Actor, token).ConfigureAwait(false));
        }).WithTags("Receipts").WithSummary("How many accepted deliveries have no receipt; anything but 0 is a fault");
    }

    private static async Task<FileContentHttpResult> ProofAsync(Caller caller, WantedReceipts wanted, CancellationToken cancellationToken)
    {
        var proof = await caller.Organisation.Compliance.Receipts.ProofAsync(await ShowAsync(caller, wanted, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return TypedResults.File(Encoding.UTF8.GetBytes(proof), "application/json");
    }

    private static async Task<IReadOnlyList<OpenReceipt>> ShowAsync(Caller caller, WantedReceipts wanted, CancellationToken cancellationToken)
    {
        var patient = await AuthorizationApi.PatientAsync(caller, wanted.Patient, cancellationToken).ConfigureAwait(false);
        return await caller.Organisation.Compliance.Receipts.ShowAsync(wanted.Campaign, patient, caller.Actor, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Whose delivery of which campaign.</summary>
internal sealed record WantedReceipts(long Campaign, string? Patient);

/// <summary>A receipt.</summary>
internal sealed record ReceiptAnswer(Guid Id, JsonObject Receipt);

/// <summary>What a proof file shows.</summary>
internal sealed record ReceiptCheckAnswer(bool Holds, IReadOnlyList<CheckedReceipt> Receipts);

/// <summary>One of its receipts and what does not hold.</summary>
internal sealed record CheckedReceipt(JsonObject Receipt, IReadOnlyList<string> Findings);

/// <summary>Accepted deliveries without a receipt.</summary>
internal sealed record MissingReceipts(long AcceptedWithoutReceipt);
