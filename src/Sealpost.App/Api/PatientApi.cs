using Sealpost.App.Commands;
using Sealpost.Reports;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Api;

/// <summary>One patient's record. Addresses hold the opaque number alone; an id, MRN or mailbox travels in a body. Every answer is an audited read.</summary>
internal static class PatientApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var patients = api.MapGroup("/organisations/{org}/patients").WithTags("Patients");
        patients.MapPost("/find", async (Caller caller, KnownAs known, CancellationToken token) =>
            (await caller.Organisation.PatientRecords.FindAsync(known.Id ?? "", caller.Actor, token).ConfigureAwait(false)).Select(PatientAnswer.Of)).WithSummary("Patients known by an id, an MRN or a mailbox; none where nobody is");
        patients.MapGet("/{number:int}", (Caller caller, int number, CancellationToken token) =>
            caller.Organisation.PatientRecords.ReadAsync(new PatientNumber(number), caller.Actor, token)).WithSummary("Chart in words, addresses and legal basis, as far as the caller's role has need of them");
        patients.MapDelete("/{number:int}", async (Caller caller, int number, CancellationToken token) =>
        {
            await caller.Organisation.Compliance.Erase.RunAsync(new PatientNumber(number), caller.Actor, token).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).WithSummary("Erase the patient for good: the key is destroyed, in old backups too; opt-outs stay");
        patients.MapGet("/{number:int}/messages", (Caller caller, int number, long? before, int? limit, CancellationToken token) =>
            caller.Organisation.PatientRecords.MessagesAsync(new PatientNumber(number), before, limit ?? 50, caller.Actor, token)).WithSummary("What became of each campaign's message, newest first; page with before");
        patients.MapGet("/{number:int}/messages/{campaign:long}", async (Caller caller, int number, long campaign, CancellationToken token) =>
        {
            var attempts = await caller.Organisation.PatientRecords.AttemptsAsync(new PatientNumber(number), campaign, caller.Actor, token).ConfigureAwait(false);
            return new { attempts.Decisions, receipts = attempts.Receipts.Select(receipt => new { receipt.Id, receipt = ReceiptFile.Fields(receipt.Receipt) }) };
        }).WithSummary("Decisions and receipts of one delivery");
    }
}

/// <summary>What a patient is known by.</summary>
internal sealed record KnownAs(string? Id);
