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
        internal Permit(TransportObservation observed, string rule, string sealedTo = "")
        {
            Observed = observed;
            Rule = rule;
            SealedTo = sealedTo;
        }

        /// <summary>What was seen.</summary>
        public TransportObservation Observed { get; }

        /// <summary>Why it suffices: <c>tier</c>, <c>risk-acceptance:3</c>, <c>wish:7</c>, <c>notice</c> or <c>smime over T1</c>, over a relay with <c>;agreement:2</c> behind it.</summary>
        public string Rule { get; }

        /// <summary>SHA-256 of the patient's certificate that the message has to be sealed to, lower-case hex; empty where it is not.</summary>
        public string SealedTo { get; }

        /// <summary>Tier of the message on this way.</summary>
        public Tier Tier => SealedTo.Length > 0 ? Tier.T5 : Observed.Tier;
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

    /// <summary>The tier that the class needs by the register of today; null where it never goes by mail.</summary>
    public Tier? MinimumFor(MessageClass messageClass, DateOnly today) => messageClass switch
    {
        >= MessageClass.N3 => null,
        MessageClass.N2 when AcceptanceOn(today) is null => Tier.T3,
        _ => Tier.T2,
    };

    /// <summary>How good a connection has to be for messages of the class. Where one too low would do for a notice, it is still handed over.</summary>
    public HopNeed NeedFor(MessageClass messageClass, TransportAllowance allowance, DateOnly today) =>
        new(allowance is TransportAllowance.Nothing ? Tier.T2 : Tier.T1, MinimumFor(messageClass, today) ?? Tier.T2);

    /// <inheritdoc cref="Decide(MessageClass, TransportObservation, TransportAllowance, DateOnly)"/>
    public TransportDecision Decide(MessageClass messageClass, TransportObservation observed, DateOnly today) => Decide(messageClass, observed, TransportAllowance.None, today);

    /// <summary>
    /// Decides. N0 and N1 need T2 (unverified TLS only by the patient's own wish), N2 needs T3 or a signed acceptance for T2, N3 never goes by mail that a host can read.
    /// A message sealed to the patient's certificate goes over any TLS, whatever its class.
    /// A relay needs a signed agreement covering <see cref="PhiFlow.Send"/> for everything from N1 on. 45 CFR 164.504(e), 164.312(e)(1).
    /// </summary>
    /// <param name="messageClass">What the message reveals.</param>
    /// <param name="observed">The connection as seen.</param>
    /// <param name="allowance">What may let it go besides the tier.</param>
    /// <param name="today">Today in the organisation's time zone; agreements and acceptances end on a day.</param>
    public TransportDecision Decide(MessageClass messageClass, TransportObservation observed, TransportAllowance allowance, DateOnly today)
    {
        if (allowance is TransportAllowance.Sealed to)
            return DecideAnyTls(messageClass, observed, $"smime over {observed.Tier}", to.Fingerprint, today);
        if (MinimumFor(messageClass, today) is not { } need)
            return new TransportDecision.Withhold(WithholdReason.Sensitive, "Class N3 goes sealed to the patient's certificate, or waits on the patients' page.");
        var (agreement, refusal) = AgreementFor(messageClass, observed, today);
        if (refusal is not null)
            return refusal;
        if (observed.Tier >= need)
        {
            var rule = messageClass == MessageClass.N2 && observed.Tier < Tier.T3 ? string.Create(CultureInfo.InvariantCulture, $"risk-acceptance:{AcceptanceOn(today)!.Id}") : "tier";
            return new TransportDecision.Permit(observed, rule + agreement);
        }

        return allowance is TransportAllowance.PatientsWish wish && observed.Tier >= Tier.T1
            ? new TransportDecision.Permit(observed, string.Create(CultureInfo.InvariantCulture, $"wish:{wish.Record}{agreement}"))
            : TooLow(messageClass, observed, need);
    }

    /// <summary>Decides for a notice that a message waits on our page: it says nothing about health, so any TLS suffices. Never clear text.</summary>
    public TransportDecision DecideNotice(TransportObservation observed, DateOnly today) => DecideAnyTls(MessageClass.N1, observed, "notice", "", today);

    private TransportDecision DecideAnyTls(MessageClass messageClass, TransportObservation observed, string rule, string sealedTo, DateOnly today)
    {
        var (agreement, refusal) = AgreementFor(messageClass, observed, today);
        return refusal is not null ? refusal
            : observed.Tier >= Tier.T1 ? new TransportDecision.Permit(observed, rule + agreement, sealedTo)
            : TooLow(messageClass, observed, Tier.T1);
    }

    private (string Rule, TransportDecision.Withhold? Refusal) AgreementFor(MessageClass messageClass, TransportObservation observed, DateOnly today)
    {
        if (!observed.Relay || messageClass < MessageClass.N1)
            return ("", null);
        return Agreements.FirstOrDefault(a => observed.Endpoint is { } endpoint && a.Covers(PhiFlow.Send, endpoint, today)) is { } covering
            ? (string.Create(CultureInfo.InvariantCulture, $";agreement:{covering.Id}"), null)
            : ("", new TransportDecision.Withhold(WithholdReason.NoAgreement, $"No agreement in force covers sending through {observed.Endpoint}; add and sign one."));
    }

    private RiskAcceptance? AcceptanceOn(DateOnly today) => Acceptances.FirstOrDefault(a => a.Kind == N2OverT2 && (a.ExpiresOn is not { } last || today <= last));

    private static TransportDecision.Withhold TooLow(MessageClass messageClass, TransportObservation observed, Tier need) =>
        new(WithholdReason.TierTooLow, $"{observed.Mx} reached {observed.Tier}; class {messageClass} needs {need}{(need == Tier.T3 ? $" or a signed risk acceptance '{N2OverT2}'" : "")}.");
}
