using System.Globalization;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Patients;

namespace Sealpost.Reports;

/// <summary>Says how a patient's addresses, authorizations, restrictions and opt-outs stand.</summary>
internal sealed class StandingWords(OrganisationContext context, Chart chart, ConsentState state, ConsentPolicy policy)
{
    // A clinical message about the patient's own care: what most campaigns are.
    private static readonly CampaignBasis Care = new(0, Purpose.Treatment, null, MessageClass.N2, new HashSet<string>(), [], new HashSet<string>()) { AudienceCodes = [] };

    private readonly (string? Mailbox, WithholdReason Reason, string Citation) _chosen = ChooseAddress.For(Care, chart.Head, state, policy, context.Today);

    public LegalStanding Legal() => new()
    {
        Authorizations = [.. state.Authorizations.Select(Standing)],
        Restrictions = [.. state.Restrictions.OrderByDescending(restriction => restriction.RecordedAt).Select(Words)],
        OptOuts = [.. state.Suppressions.OrderByDescending(optOut => optOut.RecordedAt).Select(Words)],
        TopicsOff = [.. Topics.Off(state).Order()],
        NoMail = _chosen.Mailbox is null ? _chosen.Reason : null,
    };

    public IReadOnlyList<ContactStanding> Contacts() =>
        [.. chart.Head.ContactPoints.Select(Standing).OrderByDescending(contact => contact.TakesMail).ThenBy(contact => contact.IsOutOfUse).ThenBy(contact => contact.Kind != "email")];

    private ContactStanding Standing(ContactPoint point)
    {
        var mailbox = point.Kind == "email" ? EmailAddress.Normalise(point.Value) : null;
        var check = point.Verified ? ContactCheck.Verified : policy.AttestedSources.Contains(point.Source) ? ContactCheck.Attested : ContactCheck.Unverified;
        return new ContactStanding(point.Kind, point.Value, point.Use, point.Source, check)
        {
            IsShared = mailbox is not null && state.SharedAddresses.Contains(mailbox),
            IsSuppressed = mailbox is not null && state.Suppressions.Any(optOut => optOut.Address == mailbox),
            IsOutOfUse = point.Use == "old" || point.StartsOn > context.Today || point.EndsOn < context.Today,
            TakesMail = mailbox is not null && mailbox == _chosen.Mailbox,
        };
    }

    private AuthorizationStanding Standing(MarketingAuthorization authorization)
    {
        List<string> missing = [.. AuthorizationElements.Missing(authorization).Select(element => element.Element)];
        var ended = authorization.ExpiresOn < context.Today || authorization.ExpiryEventOn <= context.Today;
        var how = authorization.RevokedAt is not null ? AuthorizationState.Revoked : ended ? AuthorizationState.Expired : missing.Count > 0 ? AuthorizationState.Incomplete : AuthorizationState.InForce;
        return new AuthorizationStanding(authorization.Id, authorization.Purposes, how, authorization.SignedOn)
        {
            Until = authorization.ExpiresOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? authorization.ExpiryEvent ?? "",
            RevokedAt = authorization.RevokedAt,
            Missing = missing,
            SignedHere = authorization.Form is not null,
        };
    }

    private static StandingLine Words(Restriction restriction) => restriction.Kind switch
    {
        RestrictionKinds.NoEmail => new("No email at all", restriction.RecordedAt, "45 CFR 164.522(b)"),
        RestrictionKinds.Address => new($"Write only to {restriction.Value ?? "an address that can no longer be read"}", restriction.RecordedAt, "45 CFR 164.522(b)"),
        RestrictionKinds.Purpose => new($"No messages for {Name(restriction.Value)}", restriction.RecordedAt, "45 CFR 164.522(a)"),
        RestrictionKinds.Data => new($"Do not use {restriction.Value}", restriction.RecordedAt, "45 CFR 164.522(a)"),
        RestrictionKinds.SelfPay => new("Paid in full by the patient: nothing of it to a health plan", restriction.RecordedAt, "45 CFR 164.522(a)(1)(vi)"),
        _ => new($"Says to be the only reader of {restriction.Value}", restriction.RecordedAt, "45 CFR 164.530(c)"),
    };

    private static StandingLine Words(Suppression optOut)
    {
        var scope = optOut.Scope switch
        {
            SuppressionScope.All => "every message",
            SuppressionScope.Marketing => "marketing and fundraising",
            SuppressionScope.HealthNews => "health news",
            SuppressionScope.OwnServices => "our own services",
            _ => optOut.Scope.ToString().ToLowerInvariant(),
        };
        var (words, citation) = optOut.Source switch
        {
            SuppressionSource.Bounce => ($"{optOut.Address ?? "The mailbox"} refuses mail for good", "RFC 3463"),
            SuppressionSource.Complaint => ($"Reported a message as unwanted: no {scope}", "RFC 5965"),
            SuppressionSource.Staff => ($"Told staff: no {scope}", "15 USC 7704(a)(4)"),
            _ => ($"Unsubscribed from {scope}", "15 USC 7704(a)(4)"),
        };
        return new StandingLine(words, optOut.RecordedAt, citation);
    }

    private static string Name(string? purpose) => purpose is null ? "a purpose that can no longer be read" : purpose.Replace('_', ' ').ToLowerInvariant();
}
