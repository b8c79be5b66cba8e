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

        /// <summary>Why it suffices: <c>tier</c>, or the risk acceptance's id.</summary>
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
    /// <summary>Creates the gate with the register's present content.</summary>
    public TransportGate(IReadOnlyList<BusinessAssociateAgreement> agreements, IReadOnlyList<RiskAcceptance> acceptances)
    {
        Agreements = agreements;
        Acceptances = acceptances;
    }

    internal IReadOnlyList<BusinessAssociateAgreement> Agreements { get; }

    internal IReadOnlyList<RiskAcceptance> Acceptances { get; }

    /// <summary>Decides. N0 and N1 need T2 here (unverified TLS is never used), N2 needs T3 or a signed acceptance for T2, N3 never goes by mail.</summary>
    public TransportDecision Decide(MessageClass messageClass, TransportObservation observed, DateOnly today) => throw new NotImplementedException();
}
