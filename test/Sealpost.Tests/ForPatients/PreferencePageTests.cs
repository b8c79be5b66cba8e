using System.Net;

namespace Sealpost.Tests.ForPatients;

/// <summary>A patient's choice by topic: it holds at once, and only the patient takes it back.</summary>
[Collection(nameof(PatientClinic))]
public sealed class PreferencePageTests(PatientClinic clinic)
{
    private static readonly string[] Usual = ["Care", "Reminders", "HealthNews", "OwnServices", "Fundraising"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Switching_a_topic_off_records_an_opt_out_of_that_topic_alone()
    {
        var patient = await clinic.TakeAsync();
        await SaveAsync(patient, was: Usual, wanted: ["Care", "Reminders", "HealthNews", "OwnServices"]);
        Assert.Equal(["fundraising"], await ScopesAsync(patient));
        Assert.Equal(["Care", "Reminders", "HealthNews", "OwnServices"], await OnAsync(patient));
    }

    [Fact]
    public async Task Stopping_all_email_stops_care_too_and_withholds_the_next_campaign()
    {
        var patient = await clinic.TakeAsync();
        Assert.Equal(HttpStatusCode.SeeOther, (await clinic.PostAsync($"/p/{patient.Token}", ("act", "stop"))).Status);
        Assert.Equal(["all"], await ScopesAsync(patient));
        Assert.Empty(await OnAsync(patient));
    }

    [Fact]
    public async Task After_stopping_everything_one_topic_comes_back_alone()
    {
        var patient = await clinic.TakeAsync();
        await clinic.PostAsync($"/p/{patient.Token}", ("act", "stop"));
        await SaveAsync(patient, was: [], wanted: ["Care"]);
        Assert.Equal(["Care"], await OnAsync(patient));
    }

    [Fact]
    public async Task A_page_shown_before_an_opt_out_and_saved_after_it_opens_nothing()
    {
        var patient = await clinic.TakeAsync();
        await clinic.PostAsync($"/u/{patient.Token}");
        await SaveAsync(patient, was: Usual, wanted: Usual);
        Assert.Equal(["Care", "Reminders"], await OnAsync(patient));
    }

    [Fact]
    public async Task An_opt_out_after_an_opt_in_holds_again()
    {
        var patient = await clinic.TakeAsync();
        await clinic.PostAsync($"/u/{patient.Token}");
        await SaveAsync(patient, was: ["Care", "Reminders"], wanted: Usual);
        Assert.Equal(Usual, await OnAsync(patient));
        await clinic.PostAsync($"/u/{patient.Token}");
        Assert.Equal(["Care", "Reminders"], await OnAsync(patient));
    }

    [Fact]
    public async Task Offers_never_open_by_a_switch()
    {
        var patient = await clinic.TakeAsync();
        await SaveAsync(patient, was: Usual, wanted: [.. Usual, "Offers"]);
        Assert.DoesNotContain("id=\"topic-Offers\"", await clinic.TextAsync($"/p/{patient.Token}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_have_no_command_that_opens_an_opt_out()
    {
        var patient = await clinic.TakeAsync();
        await clinic.PostAsync($"/u/{patient.Token}");
        var help = await clinic.Clinic.AskAsync(["suppress", "--help"], Token) + await clinic.Clinic.AskAsync(["restriction", "--help"], Token);
        Assert.DoesNotContain("opt in", help, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["Care", "Reminders"], await OnAsync(patient));
    }

    private async Task SaveAsync(MailedPatient patient, string[] was, string[] wanted)
    {
        List<(string, string)> fields = [("act", "save"), .. was.Select(topic => ("was", topic)), .. wanted.Select(topic => ("topic", topic))];
        Assert.Equal(HttpStatusCode.SeeOther, (await clinic.PostAsync($"/p/{patient.Token}", [.. fields])).Status);
    }

    /// <summary>Topics that the page shows as on, in order.</summary>
    private async Task<string[]> OnAsync(MailedPatient patient)
    {
        var page = await clinic.TextAsync($"/p/{patient.Token}");
        return [.. Usual.Append("Offers").Where(topic => page.Contains($"name=\"was\" value=\"{topic}\"", StringComparison.Ordinal))];
    }

    private async Task<string[]> ScopesAsync(MailedPatient patient) =>
        [.. (await clinic.StandingAsync(patient)).GetProperty("suppressions").EnumerateArray().Select(suppression => suppression.GetProperty("scope").GetString()!)];
}
