using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Sealpost.Tests.Delivery.Smime;
using Sealpost.Tests.ForPatients;

namespace Sealpost.Tests.Certificates;

/// <summary>Certificates from the command line of the real executable.</summary>
[Collection(nameof(PatientClinic))]
public sealed class CertificateCommandTests(PatientClinic clinic)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_comes_by_file_the_patient_by_standard_input_and_a_root_or_a_word_makes_it_count()
    {
        var patient = await clinic.TakeAsync();
        using var authority = new SmimeAuthority(TimeProvider.System.GetUtcNow());
        using var certificate = authority.Issue(new CertificateWish { Mailbox = patient.Mailbox });
        var file = clinic.Clinic.WriteFile("patient.pem", certificate.ExportCertificatePem() + "\n" + authority.Issuer.ExportCertificatePem());
        string[] confirmed = ["--fingerprint", certificate.GetCertHashString(HashAlgorithmName.SHA256), "--confirmed-by", "Dana Okafor", "--how", "in person"];
        await AskAsync(["patient", "certificate", "add", "-", file, .. confirmed], patient.Id + "\n");
        var shown = Assert.Single(await ListAsync(patient));
        Assert.Equal((patient.Mailbox, "Dana Okafor"), (shown.GetProperty("address").GetString(), shown.GetProperty("confirmedBy").GetString()));

        await AskAsync(["org", "set", "smime-roots", "@" + clinic.Clinic.WriteFile("smime-roots.pem", authority.Root.ExportCertificatePem())], null);
        await AskAsync(["patient", "certificate", "add", "-", file], patient.Id + "\n");
        shown = Assert.Single(await ListAsync(patient));
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("confirmedBy").ValueKind);
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("problem").ValueKind);

        // What the organisation no longer trusts is shown with the reason, and not used.
        await AskAsync(["org", "set", "smime-roots"], null);
        Assert.Equal("untrusted", Assert.Single(await ListAsync(patient)).GetProperty("problem").GetString());
        await AskAsync(["patient", "certificate", "remove", "-", "2"], patient.Id + "\n");
        Assert.Empty(await ListAsync(patient));
    }

    [Fact]
    public async Task A_signing_certificate_is_imported_with_its_password_from_standard_input()
    {
        _ = await clinic.TakeAsync();
        using var authority = new SmimeAuthority(TimeProvider.System.GetUtcNow());
        using var own = authority.Issue(new CertificateWish { Mailbox = "care@mail.greenvalley.test" });
        var file = clinic.Clinic.WriteFile("own.p12", "");
        await File.WriteAllBytesAsync(file, own.Export(X509ContentType.Pkcs12, "correct horse"), Token);
        var imported = JsonDocument.Parse(await AskAsync(["smime", "import", file, "--json"], "correct horse\n")).RootElement.GetProperty("certificate");
        Assert.Equal("care@mail.greenvalley.test", imported.GetProperty("mailboxes")[0].GetString());
        Assert.Contains("Signs for care@mail.greenvalley.test", await AskAsync(["smime", "show"], null), StringComparison.Ordinal);
        await AskAsync(["smime", "remove"], null);
        Assert.Contains("There is none", await AskAsync(["smime", "show"], null), StringComparison.Ordinal);
    }

    private Task<string> AskAsync(string[] arguments, string? input) => clinic.Clinic.AskAsync(arguments, Token, input);

    private async Task<List<JsonElement>> ListAsync(MailedPatient patient) =>
        [.. JsonDocument.Parse(await AskAsync(["patient", "certificate", "list", "-", "--json"], patient.Id + "\n")).RootElement.GetProperty("certificates").EnumerateArray()];
}
