using Sealpost.Consent;

namespace Sealpost.Tests.Consent;

/// <summary>Authorizations on every database: recorded whole, revoked for good.</summary>
public abstract class AuthorizationStoreCompliance : ConsentStoreCompliance
{
    [Fact]
    public async Task A_recorded_authorization_makes_marketing_lawful_until_it_is_revoked()
    {
        var patient = await ArriveAsync(1);
        Assert.Equal(WithholdReason.NeverAuthorized, await ReasonAsync(Lawful.Marketing, patient));

        var id = await Store.RecordAsync(patient, Lawful.Authorization, "staff-1", Token);
        Assert.Null(await ReasonAsync(Lawful.Marketing, patient));

        Assert.True(await Store.RevokeAsync(patient, id, "phone", "staff-1", Token));
        Assert.Equal(WithholdReason.AuthorizationRevoked, await ReasonAsync(Lawful.Marketing, patient));
    }

    [Fact]
    public async Task An_authorization_comes_back_as_it_was_signed()
    {
        var patient = await ArriveAsync(1);
        var id = await Store.RecordAsync(patient, Lawful.Authorization, "staff-1", Token);

        var authorization = Assert.Single((await StateAsync(patient)).Authorizations);

        var expected = Lawful.Authorization with { Id = id, RecordedAt = Lawful.Now };
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(expected), System.Text.Json.JsonSerializer.Serialize(authorization));
    }

    [Fact]
    public async Task An_incomplete_authorization_is_refused_with_everything_named_that_is_missing()
    {
        var patient = await ArriveAsync(1);
        var incomplete = Lawful.Authorization with { ExpiresOn = null, ExpiryEvent = "none", CopyGivenOn = null };

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => Store.RecordAsync(patient, incomplete, "staff-1", Token));

        Assert.Contains("expiration", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("copy", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("ledger_entry WHERE kind = 'consent.authorized'"));
    }

    [Fact]
    public async Task A_revocation_is_recorded_once_and_keeps_its_first_moment()
    {
        var patient = await ArriveAsync(1);
        var id = await Store.RecordAsync(patient, Lawful.Authorization, "staff-1", Token);
        await Store.RevokeAsync(patient, id, "letter", "staff-1", Token);
        Time.Advance(TimeSpan.FromDays(1));

        Assert.True(await Store.RevokeAsync(patient, id, "phone", "staff-2", Token));

        var authorization = Assert.Single((await StateAsync(patient)).Authorizations);
        Assert.Equal((Lawful.Now, "letter"), (authorization.RevokedAt, authorization.RevokedBy));
        Assert.Equal(1, await CountAsync("ledger_entry WHERE kind = 'consent.revoked'"));
    }

    [Fact]
    public async Task Nobody_revokes_an_authorization_of_another_patient()
    {
        var patient = await ArriveAsync(1);
        var other = await ArriveAsync(2);
        var id = await Store.RecordAsync(patient, Lawful.Authorization, "staff-1", Token);

        Assert.False(await Store.RevokeAsync(other, id, "phone", "staff-1", Token));
        Assert.Null(await ReasonAsync(Lawful.Marketing, patient));
    }

    [Fact]
    public async Task Every_change_gives_the_patient_a_greater_version_and_is_told_before_it_returns()
    {
        var patient = await ArriveAsync(1);
        var versions = new List<long> { (await StateAsync(patient)).Version };
        async Task AfterAsync(Func<Task> change)
        {
            var told = Told.Count;
            await change();
            Assert.Contains(patient, Told.Skip(told).SelectMany(patients => patients));
            versions.Add((await StateAsync(patient)).Version);
        }

        await AfterAsync(() => Store.RecordAsync(patient, Lawful.Authorization, "staff-1", Token));
        await AfterAsync(() => Store.RevokeAsync(patient, 1, "phone", "staff-1", Token));
        await AfterAsync(() => Store.SuppressAsync(null, patient, SuppressionScope.Marketing, SuppressionSource.Staff, "staff-1", Token));
        await AfterAsync(() => Store.RestrictAsync(patient, RestrictionKinds.NoEmail, null, "staff-1", Token));
        await AfterAsync(() => Store.EndRestrictionAsync(patient, 2, "The patient asked in writing", "staff-1", Token));
        await AfterAsync(() => Store.AttestAsync("fhir", true, "Verified at check-in", "staff-1", Token));
        await AfterAsync(() => Store.AttestAsync("fhir", false, "No longer verified", "staff-1", Token));

        Assert.Equal(versions.Distinct().Order(), versions);
        Assert.Equal(8, versions.Count);
    }

    [Fact]
    public async Task An_attested_source_is_listed_until_it_is_withdrawn()
    {
        await Store.AttestAsync("front-desk", true, "Read back in person", "staff-1", Token);
        await Store.AttestAsync("old-crm", true, "Believed good", "staff-1", Token);
        await Store.AttestAsync("old-crm", false, "It was not", "staff-1", Token);

        Assert.Equal(["front-desk"], await Store.AttestedSourcesAsync(Token));
    }

    [Fact]
    public async Task A_patient_who_does_not_exist_can_authorize_nothing() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.RecordAsync(new(99), Lawful.Authorization, "staff-1", Token));
}
