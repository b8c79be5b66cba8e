using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Consent;

/// <summary>Opt-outs on every database: they stay with the person, whatever happens to the record.</summary>
public abstract class SuppressionStoreCompliance : ConsentStoreCompliance
{
    private static readonly CampaignBasis Advertisement = Lawful.Campaign(Purpose.OwnProduct);

    [Fact]
    public async Task An_opt_out_by_mailbox_stops_every_patient_who_has_it()
    {
        var one = await ArriveAsync(1, "family@example.com");
        var two = await ArriveAsync(2, "Family@Example.com");

        await Store.SuppressAsync("family@example.com", null, SuppressionScope.Marketing, SuppressionSource.Complaint, "system", Token);

        Assert.Equal([one, two], Assert.Single(Told).Order(Comparer<PatientNumber>.Create((a, b) => a.Value.CompareTo(b.Value))));
        Assert.All([await StateAsync(one), await StateAsync(two)], state => Assert.Single(state.Suppressions));
    }

    [Fact]
    public async Task An_opt_out_by_mailbox_stays_with_the_patient_who_changes_it()
    {
        var patient = await ArriveAsync(1, "old@example.com");
        await Store.SuppressAsync("old@example.com", null, SuppressionScope.Marketing, SuppressionSource.Unsubscribe, "patient", Token);

        await MoveToAsync(patient, "new@example.com");

        Assert.Equal(WithholdReason.Suppressed, await ReasonAsync(Advertisement, patient));
    }

    [Theory]
    [InlineData("Patient/1", "another@example.com", "http://other.example.com/mrn")]
    [InlineData("Patient/777", "another@example.com", null)]
    [InlineData("Patient/777", "pat.1@example.com", "http://other.example.com/mrn")]
    public async Task An_opt_out_outlives_erasure_and_comes_back_with_the_person(string sourceId, string mailbox, string? mrnSystem)
    {
        var patient = await ArriveAsync(1);
        await Store.SuppressAsync(null, patient, SuppressionScope.Marketing, SuppressionSource.Staff, "staff-1", Token);
        await Patients.EraseAsync(patient, "staff-1", Token);

        var again = await ArriveAsync(1, mailbox, sourceId, mrnSystem);

        Assert.NotEqual(patient, again);
        Assert.Equal(WithholdReason.Suppressed, await ReasonAsync(Advertisement, again));
    }

    [Fact]
    public async Task An_equal_number_in_another_hospitals_system_is_another_person()
    {
        var patient = await ArriveAsync(1);
        await Store.SuppressAsync(null, patient, SuppressionScope.All, SuppressionSource.Staff, "staff-1", Token);

        var other = await ArriveAsync(1, "another@example.com", "Patient/777", "http://other.example.com/mrn");

        Assert.Empty((await StateAsync(other)).Suppressions);
    }

    [Fact]
    public async Task A_bounce_stays_with_its_mailbox()
    {
        var patient = await ArriveAsync(1, "dead@example.com");
        await Store.SuppressAsync("dead@example.com", patient, SuppressionScope.All, SuppressionSource.Bounce, "system", Token);
        Assert.Equal(WithholdReason.Suppressed, await ReasonAsync(Lawful.Treatment, patient));

        await MoveToAsync(patient, "alive@example.com");

        Assert.Null(await ReasonAsync(Lawful.Treatment, patient));
    }

    [Fact]
    public async Task The_same_opt_out_twice_is_one_event()
    {
        var patient = await ArriveAsync(1);
        await Store.SuppressAsync("pat.1@example.com", patient, SuppressionScope.Marketing, SuppressionSource.Unsubscribe, "patient", Token);
        await Store.SuppressAsync("pat.1@example.com", patient, SuppressionScope.Marketing, SuppressionSource.Unsubscribe, "patient", Token);

        Assert.Equal(1, await CountAsync("ledger_entry WHERE kind = 'consent.suppressed'"));
        Assert.Single(Told);
    }

    [Fact]
    public async Task A_mailbox_nobody_has_yet_is_suppressed_for_whoever_comes()
    {
        await Store.SuppressAsync("later@example.com", null, SuppressionScope.All, SuppressionSource.Staff, "staff-1", Token);

        Assert.Equal(WithholdReason.Suppressed, await ReasonAsync(Lawful.Treatment, await ArriveAsync(1, "later@example.com")));
    }

    [Fact]
    public async Task A_suppression_without_mailbox_and_patient_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.SuppressAsync(null, null, SuppressionScope.All, SuppressionSource.Staff, "staff-1", Token));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.SuppressAsync(null, new PatientNumber(1), SuppressionScope.All, SuppressionSource.Bounce, "system", Token));
    }

    [Fact]
    public async Task An_unsubscribe_link_stops_marketing_and_revokes_its_authorization_but_not_care()
    {
        var patient = await ArriveAsync(1);
        await Store.RecordAsync(patient, Lawful.Authorization, "staff-1", Token);
        var token = UnsubscribeToken.Issue(Keys, 42, patient, "pat.1@example.com");

        var read = await Store.UnsubscribeAsync(token, SuppressionScope.Marketing, Token);
        await Store.UnsubscribeAsync(token, SuppressionScope.Marketing, Token);

        Assert.Equal((42L, patient), (read!.Campaign, read.Patient));
        Assert.Equal(WithholdReason.AuthorizationRevoked, await ReasonAsync(Lawful.Marketing, patient));
        Assert.Equal(WithholdReason.Suppressed, await ReasonAsync(Advertisement, patient));
        Assert.Null(await ReasonAsync(Lawful.Treatment, patient));
        Assert.Equal(1, await CountAsync("consent_entry"));
    }

    [Fact]
    public async Task An_unsubscribe_link_works_after_the_patients_erasure()
    {
        var patient = await ArriveAsync(1);
        var token = UnsubscribeToken.Issue(Keys, 42, patient, "pat.1@example.com");
        await Patients.EraseAsync(patient, "staff-1", Token);

        Assert.NotNull(await Store.UnsubscribeAsync(token, SuppressionScope.Marketing, Token));

        Assert.Equal(WithholdReason.Suppressed, await ReasonAsync(Advertisement, await ArriveAsync(9, "pat.1@example.com", "Patient/9")));
    }

    [Fact]
    public async Task A_merged_record_leaves_its_opt_outs_and_restrictions_to_the_survivor()
    {
        var gone = await ArriveAsync(1);
        var survivor = await ArriveAsync(2);
        await Store.SuppressAsync(null, gone, SuppressionScope.Fundraising, SuppressionSource.Staff, "staff-1", Token);
        await Store.RestrictAsync(gone, RestrictionKinds.Address, "safe@example.com", "staff-1", Token);
        await Store.RecordAsync(gone, Lawful.Authorization, "staff-1", Token);
        var before = (await StateAsync(survivor)).Version;

        await UniteAsync(gone, survivor);
        await UniteAsync(gone, survivor);

        var state = await StateAsync(survivor);
        Assert.Equal(("safe@example.com", SuppressionScope.Fundraising), (Assert.Single(state.Restrictions).Value, Assert.Single(state.Suppressions).Scope));
        Assert.Empty(state.Authorizations);
        Assert.True(state.Version > before);
        Assert.Equal(1, await CountAsync("ledger_entry WHERE kind = 'consent.united'"));
    }

    [Fact]
    public async Task A_key_whose_opt_out_is_missing_is_an_error_and_not_a_yes()
    {
        var patient = await ArriveAsync(1);
        await Store.SuppressAsync(null, patient, SuppressionScope.All, SuppressionSource.Staff, "staff-1", Token);
        await Database.WriteAsync((transaction, token) => transaction.ExecuteAsync("DELETE FROM consent_entry", [], token), Token);

        await Assert.ThrowsAsync<InvalidDataException>(() => StateAsync(patient));
    }

    [Fact]
    public async Task Messages_of_the_last_month_count_towards_the_cap()
    {
        var patient = await ArriveAsync(1);
        var times = Enumerable.Range(0, 40).Select(day => Lawful.Now.AddDays(-day)).ToList();

        await Database.WriteAsync(
            async (transaction, token) =>
            {
                await Store.NoteMessageAsync([.. times.Select(at => (patient, at)), (patient, times[0])], transaction, token);
                return 0;
            },
            Token);

        Assert.Equal(times.Take(31), (await StateAsync(patient)).RecentMessages);
        Assert.Equal(WithholdReason.FrequencyCap, await ReasonAsync(Lawful.Treatment, patient));
    }

    [Fact]
    public async Task A_shard_loads_as_its_patients_do_one_by_one()
    {
        const int Count = 1_200;
        var first = await Patients.ReserveNumbersAsync(Count, Token);
        var charts = Enumerable.Range(0, Count).Select(i => Sealpost.Tests.Patients.SampleCharts.Chart(new PatientNumber(first.Value + i), pages: 0)).ToList();
        await SaveAsync([.. charts.Select(Sealpost.Tests.Patients.SampleCharts.Created)]);
        for (var i = 0; i < Count; i += 97)
        {
            await Store.SuppressAsync($"pat.{i}@example.com", null, SuppressionScope.Marketing, SuppressionSource.Complaint, "system", Token);
            await Store.RestrictAsync(charts[i + 1].Number, RestrictionKinds.Address, "safe@example.com", "staff-1", Token);
            await Store.RecordAsync(charts[i + 2].Number, Lawful.Authorization, "staff-1", Token);
        }

        var together = await Store.LoadAsync(charts, Token);

        Assert.Equal(Count, together.Count);
        foreach (var chart in charts.Where((_, i) => i % 97 < 4))
            Assert.Equal(Text((await Store.LoadAsync([chart], Token))[chart.Number]), Text(together[chart.Number]));
    }

    private static string Text(ConsentState state) => System.Text.Json.JsonSerializer.Serialize(state);

    private Task UniteAsync(PatientNumber gone, PatientNumber survivor) =>
        Database.WriteAsync(
            async (transaction, token) =>
            {
                await Store.UniteAsync(gone, survivor, transaction, token);
                return 0;
            },
            Token);
}
