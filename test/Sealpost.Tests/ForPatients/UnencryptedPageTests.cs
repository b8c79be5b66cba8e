using System.Net;
using System.Text.Json;

namespace Sealpost.Tests.ForPatients;

/// <summary>A patient asks for email without full protection on the page: never by default, never by a visit, never by somebody else.</summary>
[Collection(nameof(PatientClinic))]
public sealed class UnencryptedPageTests(PatientClinic clinic)
{
    private static readonly (string, string)[] Right = [("act", "ask"), ("topic", "Care"), ("stated", "yes"), ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("en", "We cannot prevent that")]
    [InlineData("es", "Nosotros no podemos evitarlo")]
    public async Task The_page_warns_and_ticks_nothing_beforehand(string language, string warning)
    {
        var patient = await clinic.TakeAsync(language);
        Assert.Contains("/unencrypted?", await clinic.TextAsync($"/p/{patient.Token}"), StringComparison.Ordinal);
        var page = await clinic.TextAsync(PathOf(patient));
        Assert.Contains(warning, page, StringComparison.Ordinal);
        Assert.DoesNotContain(" checked", page, StringComparison.Ordinal);
        Assert.DoesNotContain(patient.Mailbox, page, StringComparison.Ordinal);
        Assert.Equal(0, await WishesAsync(patient));
    }

    [Fact]
    public async Task What_the_patient_asks_is_recorded_with_the_warning_and_taken_back_by_one_button()
    {
        var patient = await clinic.TakeAsync();
        var (status, _) = await clinic.PostAsync(PathOf(patient), Right);
        Assert.Equal(HttpStatusCode.SeeOther, status);
        var wish = JsonDocument.Parse(await clinic.Clinic.AskAsync(["unencrypted", "list", patient.Id, "--json"], Token)).RootElement.GetProperty("wishes")[0];
        Assert.Equal((patient.Mailbox, "web", "en", "unencrypted-email:1", "birth-date+zip"), (Of("address"), Of("method"), Of("language"), Of("warning"), Of("identityProofing")));
        Assert.Contains("Protect my messages again", await clinic.TextAsync(PathOf(patient)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await clinic.PostAsync(PathOf(patient), ("act", "withdraw"))).Status);
        Assert.Equal(0, await WishesAsync(patient));

        string? Of(string name) => wish.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("topic", HttpStatusCode.UnprocessableEntity)]
    [InlineData("stated", HttpStatusCode.UnprocessableEntity)]
    [InlineData("zip", HttpStatusCode.Forbidden)]
    [InlineData("year", HttpStatusCode.Forbidden)]
    public async Task Without_one_of_its_parts_nothing_is_recorded(string without, HttpStatusCode status)
    {
        var patient = await clinic.TakeAsync();
        Assert.Equal(status, (await clinic.PostAsync(PathOf(patient), [.. Right.Where(field => field.Item1 != without)])).Status);
        Assert.Equal(0, await WishesAsync(patient));
    }

    private static string PathOf(MailedPatient patient) => $"/p/{patient.Token}/unencrypted";

    private async Task<int> WishesAsync(MailedPatient patient) =>
        JsonDocument.Parse(await clinic.Clinic.AskAsync(["unencrypted", "list", patient.Id, "--json"], Token)).RootElement.GetProperty("wishes").GetArrayLength();
}
