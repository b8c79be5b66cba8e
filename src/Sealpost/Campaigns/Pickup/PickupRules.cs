using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Patients;
using Sealpost.Trust.Agreements;

namespace Sealpost.Campaigns.Pickup;

/// <summary>How a patient may prove who they are before a message is shown. 45 CFR 164.312(d): the link alone never is a proof. Numbers are stored.</summary>
internal enum PickupFactor
{
    /// <summary>A code over another channel than email.</summary>
    Code = 1,

    /// <summary>Date of birth and ZIP code, where the organisation signed for the risk; never for sensitive categories.</summary>
    BirthDateAndZip = 2,

    /// <summary>A passkey that the patient made after one of the others.</summary>
    Passkey = 3,
}

/// <summary>How messages wait on the organisation's page: its settings.</summary>
public sealed record PickupRules
{
    /// <summary>Neutral name in notices; null for the organisation's own.</summary>
    public string? PublicName { get; init; }

    /// <summary>How long a link leads to its message; 1 to 60 days.</summary>
    /// <value>Default 14 days.</value>
    public TimeSpan ValidFor { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long before its link ends a patient who has not read the message is reminded, once; null: never.</summary>
    /// <value>Default 48 hours.</value>
    public TimeSpan? RemindBefore { get; init; } = TimeSpan.FromHours(48);

    /// <summary>The same for links as they are good now: never in their first half. Null: never.</summary>
    internal TimeSpan? ReminderLead => RemindBefore is { } before ? before < ValidFor / 2 ? before : ValidFor / 2 : null;

    /// <summary>Where codes are posted to be sent on; null where there is no such provider. HTTPS, or HTTP on this machine.</summary>
    public Uri? CodeWebhook { get; init; }

    /// <summary>The organisation's own mailbox that takes patients' replies; null: staff reads them in the list of requests.</summary>
    public string? ReplyInbox { get; init; }

    /// <summary>Proofs that a patient could give for a message of a class today; none where none: then no notice may be sent, since nobody could open the message.</summary>
    /// <remarks>A passkey is not among them: who loses it must have another way in.</remarks>
    internal IReadOnlyList<PickupFactor> FactorsFor(MessageClass messageClass, ChartHead head, TransportGate register, DateOnly today)
    {
        List<PickupFactor> factors = [];
        if (CodeWebhook is { } webhook && PhoneOf(head, today) is not null && AgreementRegister.Decide(register.Agreements, PhiFlow.Send, EndpointOf(webhook), today).IsGranted)
            factors.Add(PickupFactor.Code);
        if (messageClass <= MessageClass.N2 && PatientFactor.IsPossible(head, today)
            && register.Acceptances.Any(acceptance => acceptance.Kind == RiskAcceptances.PickupByBirthDate && acceptance.IsInForce(today)))
            factors.Add(PickupFactor.BirthDateAndZip);
        return factors;
    }

    /// <summary>Whether an agreement in force covers keeping patients' replies at an inbox: whoever hosts it keeps health information for the organisation. 45 CFR 164.504(e), 160.103.</summary>
    /// <param name="agreements">The register's present content.</param>
    /// <param name="inbox">Normalised mailbox; its domain is what the agreement names.</param>
    /// <param name="today">Today in the organisation's time zone.</param>
    internal static FlowDecision InboxAgreement(IReadOnlyList<BusinessAssociateAgreement> agreements, string inbox, DateOnly today) =>
        AgreementRegister.Decide(agreements, PhiFlow.Store, EmailAddress.DomainOf(inbox), today);

    /// <summary>Host and port of a webhook, as agreements name it.</summary>
    internal static string EndpointOf(Uri webhook) => $"{webhook.Host}:{webhook.Port}";

    /// <summary>The telephone number that codes go to, as E.164; null where there is none that could be dialled.</summary>
    internal static string? PhoneOf(ChartHead head, DateOnly today) => head.ContactPoints
        .Where(point => point.Kind is "phone" or "sms" && point.Use is not ("old" or "work") && !(point.StartsOn > today) && !(point.EndsOn < today))
        .OrderBy(point => point.Use == "mobile" ? 0 : 1).ThenBy(point => point.Rank ?? int.MaxValue)
        .Select(point => Dialled(point.Value)).FirstOrDefault(number => number is not null);

    private static string? Dialled(string value)
    {
        var digits = string.Concat(value.Where(char.IsAsciiDigit));
        return value.TrimStart().StartsWith('+') ? digits.Length is >= 8 and <= 15 ? "+" + digits : null
            : digits.Length == 10 ? "+1" + digits
            : digits.Length == 11 && digits[0] == '1' ? "+" + digits
            : null;
    }
}
