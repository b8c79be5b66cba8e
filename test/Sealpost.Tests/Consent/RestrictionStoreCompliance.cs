using Sealpost.Consent;

namespace Sealpost.Tests.Consent;

/// <summary>Restrictions and shared mailboxes on every database.</summary>
public abstract class RestrictionStoreCompliance : ConsentStoreCompliance
{
    private const string Family = "family@example.com";

    [Theory]
    [InlineData(RestrictionKinds.NoEmail, null, null)]
    [InlineData(RestrictionKinds.Address, " Safe@Example.com ", "Safe@Example.com")]
    [InlineData(RestrictionKinds.Purpose, "own_product", "OWN_PRODUCT")]
    [InlineData(RestrictionKinds.Data, "icd10:F1*", "icd10:F1*")]
    [InlineData(RestrictionKinds.SelfPay, "", null)]
    [InlineData(RestrictionKinds.SoleControl, "Family@Example.com", Family)]
    public async Task A_restriction_comes_back_as_recorded_until_it_is_ended(string kind, string? value, string? stored)
    {
        var patient = await ArriveAsync(1);
        var id = await Store.RestrictAsync(patient, kind, value, "staff-1", Token);

        Assert.Equal(new Restriction(id, kind, stored, Lawful.Now), Assert.Single((await StateAsync(patient)).Restrictions));
        Assert.True(await Store.EndRestrictionAsync(patient, id, "The patient asked in writing", "staff-1", Token));
        Assert.Empty((await StateAsync(patient)).Restrictions);
        Assert.False(await Store.EndRestrictionAsync(patient, id, "Again", "staff-1", Token));
    }

    [Theory]
    [InlineData("handwritten", null)]
    [InlineData(RestrictionKinds.NoEmail, "secret words")]
    [InlineData(RestrictionKinds.Address, " ")]
    [InlineData(RestrictionKinds.Purpose, "secret words")]
    [InlineData(RestrictionKinds.Data, "secret words")]
    [InlineData(RestrictionKinds.SoleControl, "secret words")]
    public async Task A_restriction_that_says_nothing_clear_is_refused_without_quoting_it(string kind, string? value)
    {
        var patient = await ArriveAsync(1);

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => Store.RestrictAsync(patient, kind, value, "staff-1", Token));

        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_confidential_address_is_destroyed_with_the_patients_key_and_then_forbids_email()
    {
        var patient = await ArriveAsync(1);
        await Store.RestrictAsync(patient, RestrictionKinds.Address, "safe@example.com", "staff-1", Token);
        await Patients.EraseAsync(patient, "staff-1", Token);

        var again = await ArriveAsync(1, "another@example.com");

        Assert.Null(Assert.Single((await StateAsync(again)).Restrictions).Value);
        Assert.Equal(WithholdReason.ConfidentialCommunication, await ReasonAsync(Lawful.Treatment, again));
    }

    [Fact]
    public async Task No_email_goes_on_to_bind_after_erasure_and_import()
    {
        var patient = await ArriveAsync(1);
        await Store.RestrictAsync(patient, RestrictionKinds.NoEmail, null, "staff-1", Token);
        await Patients.EraseAsync(patient, "staff-1", Token);

        Assert.Equal(WithholdReason.ConfidentialCommunication, await ReasonAsync(Lawful.Campaign(Purpose.AdminPayment), await ArriveAsync(1)));
    }

    [Fact]
    public async Task A_restriction_of_one_does_not_bind_another_in_the_same_household()
    {
        var one = await ArriveAsync(1, Family);
        var two = await ArriveAsync(2, Family);

        await Store.RestrictAsync(one, RestrictionKinds.Address, "safe@example.com", "staff-1", Token);

        Assert.Empty((await StateAsync(two)).Restrictions);
    }

    [Fact]
    public async Task Nobody_ends_a_restriction_of_another_patient_nor_an_opt_out()
    {
        var one = await ArriveAsync(1);
        var two = await ArriveAsync(2);
        var restriction = await Store.RestrictAsync(one, RestrictionKinds.NoEmail, null, "staff-1", Token);
        await Store.SuppressAsync(null, one, SuppressionScope.All, SuppressionSource.Staff, "staff-1", Token);

        Assert.False(await Store.EndRestrictionAsync(two, restriction, "Mistake", "staff-1", Token));
        for (var entry = restriction + 1; entry < restriction + 4; entry++)
            Assert.False(await Store.EndRestrictionAsync(one, entry, "Mistake", "staff-1", Token));
        Assert.Single((await StateAsync(one)).Suppressions);
    }

    [Fact]
    public async Task Ending_a_restriction_needs_a_reason() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.EndRestrictionAsync(new(1), 1, " ", "staff-1", Token));

    [Fact]
    public async Task A_mailbox_of_two_patients_is_shared_until_each_attests_sole_control()
    {
        var one = await ArriveAsync(1, Family);
        var two = await ArriveAsync(2, Family);
        Assert.Equal([Family], (await StateAsync(one)).SharedAddresses);

        await Store.RestrictAsync(one, RestrictionKinds.SoleControl, Family, "staff-1", Token);
        Assert.Equal([Family], (await StateAsync(one)).SharedAddresses);

        await Store.RestrictAsync(two, RestrictionKinds.SoleControl, Family, "staff-1", Token);
        Assert.Empty((await StateAsync(one)).SharedAddresses);
        Assert.Empty((await StateAsync(two)).SharedAddresses);
    }

    [Fact]
    public async Task An_equal_identifier_is_no_shared_mailbox()
    {
        var one = await ArriveAsync(1, "one@example.com", "Patient/1");
        await ArriveAsync(1, "two@example.com", "Patient/2");

        Assert.Empty((await StateAsync(one)).SharedAddresses);
    }

    [Fact]
    public async Task A_record_merged_away_shares_no_mailbox_with_its_survivor()
    {
        var gone = await ArriveAsync(1, Family);
        var survivor = await ArriveAsync(2, Family);

        await Database.WriteAsync(
            async (transaction, token) =>
            {
                await Store.UniteAsync(gone, survivor, transaction, token);
                return 0;
            },
            Token);

        Assert.Empty((await StateAsync(survivor)).SharedAddresses);
    }

    [Fact]
    public async Task Nothing_a_patient_said_stands_in_the_store_in_clear()
    {
        var patient = await ArriveAsync(1);
        await Store.RestrictAsync(patient, RestrictionKinds.Address, "canary-address@example.com", "staff-1", Token);
        await Store.RestrictAsync(patient, RestrictionKinds.Data, "icd10:Q99.canary", "staff-1", Token);
        await Store.SuppressAsync("canary-optout@example.com", patient, SuppressionScope.All, SuppressionSource.Staff, "staff-1", Token);
        var id = await Store.RecordAsync(patient, Lawful.Authorization with { InfoDescription = "canary-description" }, "staff-1", Token);
        await Store.RevokeAsync(patient, id, "canary-channel", "staff-1", Token);
        await Store.AttestAsync("canary-source", true, "canary-statement", "staff-1", Token);

        Assert.Equal(0, await CanariesAsync());
    }

    /// <summary>Occurrences of the canary in the database's files or dump.</summary>
    private protected abstract Task<int> CanariesAsync();
}
