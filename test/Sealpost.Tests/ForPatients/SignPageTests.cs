using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sealpost.Tests.ForPatients;

/// <summary>Signing and revoking an authorization on the page. 45 CFR 164.508.</summary>
[Collection(nameof(PatientClinic))]
public sealed partial class SignPageTests(PatientClinic clinic)
{
    private static readonly (string, string)[] Right =
        [("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139"), ("name", "Marisol Okonkwo"), ("electronic", "yes"), ("read", "yes")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_form_holds_every_element_that_the_rule_asks_for_and_names_who_pays()
    {
        var patient = await clinic.TakeAsync();
        var text = WebUtility.HtmlDecode(await clinic.TextAsync(await FormPathAsync(patient)));
        foreach (var part in new[] { "What information", "Who may use or share it", "Who may receive it", "What for", "Acme Hearing Inc. pays", "This authorization ends on", "revoke", "will not make your treatment, payment, enrollment or eligibility for benefits depend", "may then no longer be protected", "at no cost", "on paper" })
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_is_recorded_with_its_text_and_shown_printed_saved_and_mailed_as_a_copy()
    {
        var patient = await clinic.TakeAsync();
        var (status, page) = await clinic.PostAsync(await FormPathAsync(patient), Right);
        Assert.Equal(HttpStatusCode.OK, status);
        var recorded = Assert.Single((await clinic.StandingAsync(patient)).GetProperty("authorizations").EnumerateArray());
        Assert.Equal("electronic", recorded.GetProperty("signatureKind").GetString());
        var shown = JsonDocument.Parse(await clinic.Clinic.AskAsync(["authorization", "show", patient.Id, Id(recorded), "--json"], Token)).RootElement;
        Assert.Equal(recorded.GetProperty("documentHash").GetString(), shown.GetProperty("sha256").GetString());
        Assert.Contains("Signed electronically by: Marisol Okonkwo", shown.GetProperty("document").GetString(), StringComparison.Ordinal);
        Assert.Contains("Signed electronically by: Marisol Okonkwo", WebUtility.HtmlDecode(page), StringComparison.Ordinal);

        Assert.Contains(clinic.Mails(patient), mail => mail.TextBody!.Contains("Signed electronically by: Marisol Okonkwo", StringComparison.Ordinal));
        var methods = (await clinic.StandingAsync(patient)).GetProperty("copies").GetProperty(Id(recorded)).EnumerateArray().Select(copy => copy.GetProperty("method").GetString()).ToList();
        Assert.Equal(["page", "email"], methods);

        var (saved, file) = await clinic.PostAsync(SavePath().Match(page).Groups["path"].Value, ("proof", Proof().Match(page).Groups["proof"].Value));
        Assert.Equal(HttpStatusCode.OK, saved);
        Assert.Contains("Acme Hearing Inc.", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_California_an_authorization_ends_after_a_year_whatever_the_form_says()
    {
        var patient = await TakeFromAsync("CA");
        await clinic.PostAsync(await FormPathAsync(patient), Right);
        var recorded = Assert.Single((await clinic.StandingAsync(patient)).GetProperty("authorizations").EnumerateArray());
        var signed = DateOnly.ParseExact(recorded.GetProperty("signedOn").GetString()!, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(signed.AddYears(1), DateOnly.ParseExact(recorded.GetProperty("expiresOn").GetString()!, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("name", "")]
    [InlineData("electronic", "")]
    [InlineData("read", "")]
    [InlineData("zip", "02138")]
    [InlineData("year", "1960")]
    public async Task Nothing_is_signed_while_something_is_missing_or_wrong(string field, string value)
    {
        var patient = await clinic.TakeAsync();
        var (status, page) = await clinic.PostAsync(await FormPathAsync(patient), [.. Right.Where(pair => pair.Item1 != field), (field, value)]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("1961", page, StringComparison.Ordinal);
        Assert.Equal(0, (await clinic.StandingAsync(patient)).GetProperty("authorizations").GetArrayLength());
    }

    [Fact]
    public async Task Five_wrong_answers_lock_the_question_even_for_the_right_one_and_on_every_page()
    {
        var patient = await clinic.TakeAsync();
        var path = await FormPathAsync(patient);
        for (var i = 0; i < 5; i++)
            await clinic.PostAsync(path, [.. Right.Where(pair => pair.Item1 != "zip"), ("zip", "9000" + i)]);
        var (_, page) = await clinic.PostAsync(path, Right);
        Assert.Contains("locked until tomorrow", page, StringComparison.Ordinal);
        Assert.Equal(0, (await clinic.StandingAsync(patient)).GetProperty("authorizations").GetArrayLength());
        var (why, _) = await clinic.PostAsync($"/p/{patient.Token}/why", ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139"));
        Assert.Equal(HttpStatusCode.Forbidden, why);
    }

    [Fact]
    public async Task A_revocation_holds_at_once_and_asks_for_nothing()
    {
        var patient = await clinic.TakeAsync();
        await clinic.PostAsync(await FormPathAsync(patient), Right);
        var recorded = Assert.Single((await clinic.StandingAsync(patient)).GetProperty("authorizations").EnumerateArray());
        var revoke = $"{await clinic.FormsPathAsync(patient)}/revoke/{Id(recorded)}";
        await clinic.TextAsync(revoke);
        Assert.Equal(JsonValueKind.Null, (await clinic.StandingAsync(patient)).GetProperty("authorizations")[0].GetProperty("revokedAt").ValueKind);
        var before = clinic.Mails(patient).Count;
        Assert.Equal(HttpStatusCode.SeeOther, (await clinic.PostAsync(revoke)).Status);

        // A copy goes to the patient, and says nothing of what was authorized.
        var copy = clinic.Mails(patient)[^1];
        Assert.Equal(before + 1, clinic.Mails(patient).Count);
        Assert.Contains("you cancelled (revoked) in writing the authorization", copy.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("Acme", copy.TextBody, StringComparison.Ordinal);
        var after = (await clinic.StandingAsync(patient)).GetProperty("authorizations")[0];
        Assert.NotEqual(JsonValueKind.Null, after.GetProperty("revokedAt").ValueKind);
        Assert.Equal("page", after.GetProperty("revokedBy").GetString());
    }

    [Fact]
    public async Task Signing_again_after_a_revocation_is_a_new_document_and_opens_offers_again()
    {
        var patient = await clinic.TakeAsync();
        await clinic.PostAsync(await FormPathAsync(patient), Right);
        var first = Id(Assert.Single((await clinic.StandingAsync(patient)).GetProperty("authorizations").EnumerateArray()));
        await clinic.PostAsync($"{await clinic.FormsPathAsync(patient)}/revoke/{first}");
        Assert.DoesNotContain("value=\"Offers\"", await clinic.TextAsync($"/p/{patient.Token}"), StringComparison.Ordinal);
        await clinic.PostAsync(await FormPathAsync(patient), Right);
        var all = (await clinic.StandingAsync(patient)).GetProperty("authorizations");
        Assert.Equal(2, all.GetArrayLength());
        Assert.Contains("name=\"was\" value=\"Offers\"", await clinic.TextAsync($"/p/{patient.Token}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_opens_another_patients_form_with_a_proof_of_their_own()
    {
        var (mine, other) = (await clinic.TakeAsync(), await clinic.TakeAsync());
        var (_, page) = await clinic.PostAsync(await FormPathAsync(mine), Right);
        var forms = await clinic.FormsPathAsync(other);
        var (status, _) = await clinic.PostAsync($"{forms}/copy", ("proof", Proof().Match(page).Groups["proof"].Value));
        Assert.Equal(HttpStatusCode.NotFound, status);
        var id = Id((await clinic.StandingAsync(mine)).GetProperty("authorizations")[0]);
        Assert.Equal(HttpStatusCode.NotFound, (await clinic.PostAsync($"{forms}/revoke/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await clinic.PostAsync($"{forms}/copy/{id}", Right)).Status);
    }

    private async Task<string> FormPathAsync(MailedPatient patient)
    {
        var forms = await clinic.FormsPathAsync(patient);
        return forms + "/form/1";
    }

    /// <summary>A patient from a state: of four in a row, the first two live in California.</summary>
    private async Task<MailedPatient> TakeFromAsync(string state)
    {
        while (true)
        {
            var patient = await clinic.TakeAsync();
            if ((state == "CA") == (int.Parse(patient.Id[1..], System.Globalization.CultureInfo.InvariantCulture) % 4 < 2))
                return patient;
        }
    }

    private static string Id(JsonElement authorization) => authorization.GetProperty("id").GetRawText();

    [GeneratedRegex(@"action=""(?<path>/a/[A-Za-z0-9_-]+/copy)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SavePath();

    [GeneratedRegex(@"name=""proof"" value=""(?<proof>[A-Za-z0-9_-]+)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Proof();
}
