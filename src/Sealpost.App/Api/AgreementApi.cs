using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.Compliance;
using Sealpost.Trust.Agreements;

namespace Sealpost.App.Api;

/// <summary>The register over the API: business associate agreements and risk acceptances.</summary>
internal static class AgreementApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var agreements = api.MapGroup("/organisations/{org}/agreements").WithTags("Agreements");
        agreements.MapGet("", (Caller caller, CancellationToken token) => caller.Organisation.Compliance.Agreements.ListAsync(caller.Actor, token)).WithSummary("Agreements with how each stands today");
        agreements.MapPost("", (Caller caller, AgreementDraft draft, CancellationToken token) => caller.Organisation.Compliance.Agreements.AddAsync(draft, caller.Actor, token))
            .WithSummary("Add an agreement; it grants nothing before it is signed");
        agreements.MapPost("/{id:int}/sign", SignAsync).WithSummary("Sign, confirming what 45 CFR 164.504(e)(2) asks the contract to say");
        agreements.MapPost("/{id:int}/end", EndAsync).WithSummary("End it; its flows are refused from now on");

        var risks = api.MapGroup("/organisations/{org}/risks").WithTags("Agreements");
        risks.MapGet("", (Caller caller, CancellationToken token) => caller.Organisation.Compliance.Risks.ListAsync(caller.Actor, token)).WithSummary("Risk acceptances, withdrawn ones too");
        risks.MapPost("", (Caller caller, WantedRisk risk, CancellationToken token) =>
            caller.Organisation.Compliance.Risks.AcceptAsync(risk.Kind ?? "", risk.AcceptedBy ?? "", risk.Statement ?? "", risk.Until, caller.Actor, token)).WithSummary("Accept a risk; its words are bound by the ledger");
        risks.MapPost("/{id:int}/withdraw", WithdrawAsync).WithSummary("Withdraw an acceptance; the default floor holds again");
    }

    private static async Task<NoContent> SignAsync(Caller caller, int id, ConfirmedTerms confirmed, CancellationToken cancellationToken)
    {
        await caller.Organisation.Compliance.Agreements.SignAsync(id, (confirmed.Terms ?? []).Aggregate(AgreementTerms.None, (all, one) => all | one), caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> EndAsync(Caller caller, int id, CancellationToken cancellationToken)
    {
        await caller.Organisation.Compliance.Agreements.EndAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> WithdrawAsync(Caller caller, int id, CancellationToken cancellationToken)
    {
        await caller.Organisation.Compliance.Risks.WithdrawAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }
}

/// <summary>Terms that the signer has read in the contract; <c>required</c> stands for all.</summary>
internal sealed record ConfirmedTerms(IReadOnlyList<AgreementTerms>? Terms);

/// <summary>A risk to accept.</summary>
internal sealed record WantedRisk(string? Kind, string? AcceptedBy, string? Statement, DateOnly? Until);
