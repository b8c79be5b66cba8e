using Sealpost.Audience;
using Sealpost.Consent;

namespace Sealpost.Shards;

/// <summary>The days on which each purpose was or is authorized, as the audience language's <c>authorization PURPOSE</c> sees them: in the index and in the re-check before sending alike.</summary>
internal static class AuthorizedPurposes
{
    /// <summary>What is known to be false never was an authorization (45 CFR 164.508(b)(2)(v)). Days are those of the organisation's time zone.</summary>
    public static IEnumerable<AuthorizedPurpose> Of(ConsentState state, TimeZoneInfo zone) => state.Authorizations.Count == 0 ? [] : All(state, zone);

    private static IEnumerable<AuthorizedPurpose> All(ConsentState state, TimeZoneInfo zone) =>
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
            // 45 CFR 164.508(b)(5): revoked at once, so the day of revocation is no longer covered; an expiry event ends it in the same way.
            authorization.RevokedAt is { } revoked ? LocalDate(revoked, zone).AddDays(-1) : null,
        ];
        return ends.Min();
    }

    private static DateOnly LocalDate(DateTimeOffset instant, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);
}
