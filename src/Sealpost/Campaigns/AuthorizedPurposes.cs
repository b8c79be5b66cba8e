using Sealpost.Audience;
using Sealpost.Consent;

namespace Sealpost.Campaigns;

/// <summary>What the audience language's <c>authorization PURPOSE</c> sees of a patient's authorizations; the same days as the shards compute.</summary>
internal static class AuthorizedPurposes
{
    public static IEnumerable<AuthorizedPurpose> Of(ConsentState state, TimeZoneInfo zone) =>
        from authorization in state.Authorizations
        where !authorization.KnownFalse
        from purpose in authorization.Purposes
        select new AuthorizedPurpose(PurposeNames.Of(purpose), authorization.SignedOn ?? LocalDate(authorization.RecordedAt, zone), LastDay(authorization, zone));

    private static DateOnly? LastDay(MarketingAuthorization authorization, TimeZoneInfo zone)
    {
        DateOnly?[] ends =
        [
            authorization.ExpiresOn,
            authorization.ExpiryEventOn?.AddDays(-1),
            // 45 CFR 164.508(b)(5): the day of revocation is no longer covered.
            authorization.RevokedAt is { } revoked ? LocalDate(revoked, zone).AddDays(-1) : null,
        ];
        return ends.Min();
    }

    private static DateOnly LocalDate(DateTimeOffset instant, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);
}
