using Sealpost.Trust.Ledger;

namespace Sealpost.Trust.Agreements;

/// <summary>A risk that a named person took for the organisation until a day, such as a floor below the default tier. 45 CFR 164.308(a)(1)(ii)(B).</summary>
/// <param name="Id">Number within the organisation, from 1.</param>
/// <param name="Kind">What is accepted: <c>n2-over-t2</c> (clinical mail over TLS verified without DANE or MTA-STS), <c>pickup-dob-zip</c> (messages on our page shown for date of birth and ZIP code).</param>
/// <param name="ExpiresOn">Last day in force, in the organisation's time zone; null for no end.</param>
public sealed record RiskAcceptance(int Id, string Kind, DateOnly? ExpiresOn)
{
    /// <summary>What the person signed, in words.</summary>
    public string Statement { get; init; } = "";

    /// <summary>Name of the person, as signed.</summary>
    public string AcceptedBy { get; init; } = "";

    /// <summary>UTC instant of signature.</summary>
    public DateTimeOffset AcceptedAt { get; init; }

    /// <summary>UTC instant from which it counts no more.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }

    /// <summary>Whether it counts on a day.</summary>
    public bool IsInForce(DateOnly on) => WithdrawnAt is null && (ExpiresOn is null || on <= ExpiresOn);

    /// <summary>Hash of everything signed, hex.</summary>
    internal string Fingerprint() =>
        Convert.ToHexStringLower(LedgerRow.LeafHash(LedgerTable.RiskAcceptance, [Kind, (long?)ExpiresOn?.DayNumber, AcceptedBy, Statement]));
}
