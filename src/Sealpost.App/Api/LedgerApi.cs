using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.App.Hosting;
using Sealpost.Compliance;

namespace Sealpost.App.Api;

/// <summary>The ledger over the API: what happened, whether it is intact, proofs to keep elsewhere.</summary>
internal static class LedgerApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var ledger = api.MapGroup("/organisations/{org}/ledger").WithTags("Ledger");
        ledger.MapGet("", (Caller caller, string? kind, string? by, DateOnly? from, DateOnly? until, long? before, int? limit, CancellationToken token) =>
            caller.Organisation.Compliance.Ledger.PageAsync(new LedgerQuestion { Kind = kind, Actor = by, From = from, Until = until, Before = before, Limit = limit ?? 50 }, caller.Actor, token))
            .WithSummary("What happened, newest first; page with before. Names no patient");
        ledger.MapPost("/{sequence:long}/who", async (Caller caller, long sequence, CancellationToken token) =>
            await caller.Organisation.Compliance.Ledger.WhoAsync(sequence, caller.Actor, token).ConfigureAwait(false) is { } patient
                ? new NamedPatient(patient)
                : throw new RefusedException("This entry concerns no patient, or one who was erased.") { Kind = RefusalKind.NotFound })
            .WithSummary("Whom an entry concerns; an audited read");
        ledger.MapPost("/verify", (Caller caller, Installation installation, WantedVerification? wanted) =>
            VerifyAnswer.Of(installation.Verify.Begin(wanted?.Checkpoint, caller.Actor))).WithSummary("Begin to verify the whole ledger in the background, also against an exported checkpoint");
        ledger.MapGet("/verify", (Caller caller, Installation installation) =>
        {
            VerifyLedger.Require(caller.Actor);
            return installation.Verify.State is { } state ? VerifyAnswer.Of(state) : throw new RefusedException("No verification was begun since the server started. POST here to begin one.") { Kind = RefusalKind.NotFound };
        }).WithSummary("How the newest verification stands");
        ledger.MapPost("/checkpoint", CheckpointAsync).WithSummary("Sign the present state, to keep on another machine");
        ledger.MapGet("/key", (Caller caller, Installation installation) =>
        {
            VerifyLedger.Require(caller.Actor);
            return new KeyAnswer(installation.LedgerKey.Origin, installation.LedgerKey.ExportPublicPem());
        }).WithSummary("The public key for auditors");
    }

    private static async Task<CheckpointAnswer> CheckpointAsync(Caller caller, Installation installation, CancellationToken cancellationToken)
    {
        VerifyLedger.Require(caller.Actor);
        var checkpoint = await installation.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        return new CheckpointAnswer(checkpoint.Size, Convert.ToHexStringLower(checkpoint.Root.Span), checkpoint.SignedAt, checkpoint.ToText());
    }
}

/// <summary>A checkpoint to verify against, as text.</summary>
internal sealed record WantedVerification(string? Checkpoint);

/// <summary>How a verification stands.</summary>
internal sealed record VerifyAnswer(bool Running, bool? Intact, long Checked, long Total, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<string>? Findings, string? Failure)
{
    public static VerifyAnswer Of(VerifyState state) =>
        new(state.EndedAt is null, state.Result?.IsIntact, state.Checked, state.Total, state.StartedAt, state.EndedAt, state.Result?.Findings, state.Failure);
}

/// <summary>A signed checkpoint.</summary>
internal sealed record CheckpointAnswer(long Size, string Root, DateTimeOffset SignedAt, string Text);

/// <summary>The ledger's public key.</summary>
internal sealed record KeyAnswer(string Origin, string PublicKey);
