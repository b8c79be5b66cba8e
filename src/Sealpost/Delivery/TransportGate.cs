using System.Globalization;
using Sealpost.Consent;
using Sealpost.Trust.Agreements;

namespace Sealpost.Delivery;

/// <summary>The transport gate's answer.</summary>
public abstract record TransportDecision
{
    private TransportDecision()
    {
    }

    /// <summary>This connection is good enough for this class. Only <see cref="TransportGate"/> makes one.</summary>
    public sealed record Permit : TransportDecision
    {
        internal Permit(TransportObservation observed, string rule)
        {
            Observed = observed;
            Rule = rule;
        }

        /// <summary>What was seen.</summary>
        public TransportObservation Observed { get; }

        /// <summary>Why it suffices: <c>tier</c> or <c>risk-acceptance:3</c>, over a relay with <c>;agreement:2</c> behind it.</summary>
        public string Rule { get; }
    }

    /// <summary>Not over this connection.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Detail">Host, tier, need; no patient data.</param>
    public sealed record Withhold(WithholdReason Reason, string Detail) : TransportDecision;
}

/// <summary>Decides whether a message of a class may go over a connection as observed. Pure.</summary>
public sealed class TransportGate
{
    private const string N2OverT2 = "n2-over-t2";

    /// <summary>Creates the gate with the register's present content.</summary>
    public TransportGate(IReadOnlyList<BusinessAssociateAgreement> agreements, IReadOnlyList<RiskAcceptance> acceptances)
    {
        Agreements = agreements;
        Acceptances = acceptances;
    }

    internal IReadOnlyList<BusinessAssociateAgreement> Agreements { get; }

    internal IReadOnlyList<RiskAcceptance> Acceptances { get; }

    /// <summary>
    /// Decides. N0 and N1 need T2 here (unverified TLS is never used), N2 needs T3 or a signed acceptance for T2, N3 never goes by mail.
    /// A relay needs a signed agreement covering <see cref="PhiFlow.Send"/> for everything from N1 on. 45 CFR 164.504(e), 164.312(e)(1).
    /// </summary>
    /// <param name="messageClass">What the message reveals.</param>
    /// <param name="observed">The connection as seen.</param>
    /// <param name="today">Today in the organisation's time zone; agreements and acceptances end on a day.</param>
    public TransportDecision Decide(MessageClass messageClass, TransportObservation observed, DateOnly today)
    {
        if (messageClass >= MessageClass.N3)
            return new TransportDecision.Withhold(WithholdReason.Sensitive, "Class N3 never goes by mail.");
        var agreement = "";
        if (observed.Relay && messageClass >= MessageClass.N1)
        {
            if (Agreements.FirstOrDefault(a => observed.Endpoint is { } endpoint && a.Covers(PhiFlow.Send, endpoint, today)) is not { } covering)
                return new TransportDecision.Withhold(WithholdReason.NoAgreement, $"No agreement in force covers sending through {observed.Endpoint}; add and sign one.");
            agreement = string.Create(CultureInfo.InvariantCulture, $";agreement:{covering.Id}");
        }

        if (observed.Tier < Tier.T2)
            return TooLow(messageClass, observed, Tier.T2);
        if (messageClass <= MessageClass.N1 || observed.Tier >= Tier.T3)
            return new TransportDecision.Permit(observed, "tier" + agreement);
        return Acceptances.FirstOrDefault(a => a.Kind == N2OverT2 && (a.ExpiresOn is not { } last || today <= last)) is { } acceptance
            ? new TransportDecision.Permit(observed, string.Create(CultureInfo.InvariantCulture, $"risk-acceptance:{acceptance.Id}{agreement}"))
            : TooLow(messageClass, observed, Tier.T3);
    }

    private static TransportDecision.Withhold TooLow(MessageClass messageClass, TransportObservation observed, Tier need) =>
        new(WithholdReason.TierTooLow, $"{observed.Mx} reached {observed.Tier}; class {messageClass} needs {need}{(need == Tier.T3 ? $" or a signed risk acceptance '{N2OverT2}'" : "")}.");
}
