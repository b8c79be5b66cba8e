using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.Certificates;
using Sealpost.Delivery.Smime;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Delivery.Smime;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Certificates;

/// <summary>Patients' certificates as staff keep them: sealed, audited, for one address. On every database.</summary>
public abstract class PatientCertificatesCompliance : IAsyncLifetime
{
    private const string Mailbox = "p0@example.com";
    private static readonly Actor Keeper = new("u-compliance", "Dana Okafor", Roles.Compliance);
    private static readonly PatientNumber First = new(0);

    private readonly List<PatientNumber> _changed = [];
    private TestClinic _clinic = null!;
    private SmimeAuthority _authority = null!;
    private SmimeMail _smime = null!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<string?> UrlAsync();

    private PatientCertificates Certificates => new(_clinic.Context, _smime, _ => Task.FromResult(_clinic.Policy), (patients, _) =>
    {
        _changed.AddRange(patients);
        return Task.CompletedTask;
    });

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync(await UrlAsync());
        await _clinic.AddPatientsAsync(2, "example.com");
        _authority = new SmimeAuthority(_clinic.Time.GetUtcNow());
        _smime = new SmimeMail(new SmimeTrust { Roots = [X509CertificateLoader.LoadCertificate(_authority.Root.RawData)] }, null, _clinic.Time);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _smime.Dispose();
        _authority.Dispose();
        await _clinic.DisposeAsync();
    }

    [Fact]
    public async Task One_is_added_shown_and_removed_and_each_is_in_the_ledger()
    {
        using var certificate = _authority.Issue(new CertificateWish { Mailbox = Mailbox });
        var id = await Certificates.AddAsync(First, _authority.FileOf(certificate), null, Keeper, Token);
        var shown = Assert.Single(await Certificates.ListAsync(First, Keeper, Token));
        Assert.Equal((id, Mailbox, null, "u-compliance", null), (shown.Id, shown.Address, shown.ConfirmedBy, shown.AddedBy, shown.Problem));
        Assert.Equal(Convert.ToHexStringLower(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256)), shown.Fingerprint);
        await Certificates.RemoveAsync(First, id, Keeper, Token);
        Assert.Empty(await Certificates.ListAsync(First, Keeper, Token));
        Assert.Equal(["certificate.added u-compliance", "certificate.removed u-compliance"], await _clinic.LedgerAsync("certificate"));
        Assert.Equal(["patient.read u-compliance", "patient.read u-compliance"], await _clinic.LedgerAsync("patient.read"));
        Assert.Equal([First, First], _changed);
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => Certificates.RemoveAsync(First, id, Keeper, Token))).Kind);
    }

    [Fact]
    public async Task A_newer_one_for_the_same_address_takes_the_place_of_the_older()
    {
        using var older = _authority.Issue(new CertificateWish { Mailbox = Mailbox });
        using var newer = _authority.Issue(new CertificateWish { Mailbox = Mailbox, Key = "p256" });
        await Certificates.AddAsync(First, _authority.FileOf(older), null, Keeper, Token);
        var id = await Certificates.AddAsync(First, _authority.FileOf(newer), null, Keeper, Token);
        Assert.Equal(id, Assert.Single(await Certificates.ListAsync(First, Keeper, Token)).Id);
        Assert.Equal(["certificate.added u-compliance", "certificate.removed u-compliance", "certificate.added u-compliance"], await _clinic.LedgerAsync("certificate"));
    }

    [Fact]
    public async Task Without_a_trusted_root_the_right_fingerprint_a_name_and_a_way_are_needed()
    {
        using var certificate = _authority.SelfSigned(Mailbox);
        var fingerprint = certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
        Assert.Contains("No root", (await RefusedAsync(certificate.RawData, null)).Message, StringComparison.Ordinal);
        var wrong = fingerprint[..^2] + (fingerprint.EndsWith("00", StringComparison.Ordinal) ? "01" : "00");
        Assert.Contains("fingerprint", (await RefusedAsync(certificate.RawData, new FingerprintConfirmed(wrong, "Dana Okafor", "in person"))).Message, StringComparison.Ordinal);
        Assert.Contains("who confirmed", (await RefusedAsync(certificate.RawData, new FingerprintConfirmed(fingerprint, " ", "in person"))).Message, StringComparison.Ordinal);
        var spaced = string.Join(':', fingerprint.Chunk(2).Select(pair => new string(pair))).ToLowerInvariant();
        await Certificates.AddAsync(First, certificate.RawData, new FingerprintConfirmed(spaced, "Dana Okafor", "in person"), Keeper, Token);
        var shown = Assert.Single(await Certificates.ListAsync(First, Keeper, Token));
        Assert.Equal(("Dana Okafor", "in person", null), (shown.ConfirmedBy, shown.Confirmation, shown.Problem));
    }

    [Fact]
    public async Task What_is_not_the_patients_is_refused_with_the_reason_and_nothing_is_kept()
    {
        foreach (var (wish, word) in new[]
        {
            (new CertificateWish { Mailbox = "p1@example.com" }, "address"), (new CertificateWish { Mailbox = Mailbox, UntilDays = -1 }, "ended"),
            (new CertificateWish { Mailbox = Mailbox, Usage = "1.3.6.1.5.5.7.3.2" }, "emailProtection"), (new CertificateWish { Mailbox = Mailbox, Key = "rsa1024" }, "weak"),
        })
        {
            using var certificate = _authority.Issue(wish);
            Assert.Contains(word, (await RefusedAsync(_authority.FileOf(certificate), null)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => Certificates.AddAsync(First, "x"u8.ToArray(), null, TestClinic.Author, Token))).Kind);
        Assert.Empty(await Certificates.ListAsync(First, Keeper, Token));
    }

    [Fact]
    public async Task An_unverified_address_takes_no_certificate()
    {
        _clinic.Policy = new Sealpost.Consent.ConsentPolicy();
        using var certificate = _authority.Issue(new CertificateWish { Mailbox = Mailbox });
        Assert.Contains("no address", (await RefusedAsync(_authority.FileOf(certificate), null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_lies_sealed_in_the_store_and_goes_with_the_patient()
    {
        using var certificate = _authority.Issue(new CertificateWish { Mailbox = Mailbox });
        await Certificates.AddAsync(First, _authority.FileOf(certificate), null, Keeper, Token);
        var row = Assert.Single(await RowsAsync());
        foreach (var secret in new[] { Encoding.ASCII.GetBytes(Mailbox), certificate.RawData[200..240], Convert.FromHexString(certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)) })
            Assert.True(row.AsSpan().IndexOf(secret) < 0);
        await _clinic.EraseAsync(0);
        Assert.Empty(await RowsAsync());
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => Certificates.ListAsync(First, Keeper, Token))).Kind);
    }

    [Fact]
    public async Task The_signing_key_is_stored_sealed_read_again_and_destroyed()
    {
        var administrator = new Actor("u-admin", "Ada Admin", Roles.Administrator);
        using var own = _authority.Issue(new CertificateWish { Mailbox = "care@mail.greenvalley.example" });
        var keys = new SigningKeys(_clinic.Context, _smime);
        Assert.Null(keys.Read(administrator));
        var imported = await keys.ImportAsync(own.Export(X509ContentType.Pkcs12, "correct horse"), "correct horse", administrator, Token);
        Assert.Equal(["care@mail.greenvalley.example"], imported.Mailboxes);
        using (var opened = await keys.OpenAsync(Token))
            Assert.Equal(imported.Fingerprint, opened!.Fingerprint);
        Assert.Equal(imported.Fingerprint, _smime.Signer!.Fingerprint);
        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => keys.RemoveAsync(Keeper, Token))).Kind);
        await keys.RemoveAsync(administrator, Token);
        Assert.Null(await keys.OpenAsync(Token));
        Assert.Null(_smime.Signer);
        Assert.Equal(["smime.key-imported u-admin", "smime.key-removed u-admin"], await _clinic.LedgerAsync("smime"));
    }

    private async Task<RefusedException> RefusedAsync(byte[] file, FingerprintConfirmed? confirmed) => await Assert.ThrowsAsync<RefusedException>(() => Certificates.AddAsync(First, file, confirmed, Keeper, Token));

    private async Task<List<byte[]>> RowsAsync()
    {
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT sealed FROM patient_certificate");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<byte[]>();
        while (await reader.ReadAsync(Token))
            rows.Add(reader.GetFieldValue<byte[]>(0));
        return rows;
    }
}

public sealed class PatientCertificatesOnSqliteTests : PatientCertificatesCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class PatientCertificatesOnPostgresqlTests(PostgresServer server) : PatientCertificatesCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(Token);
}
