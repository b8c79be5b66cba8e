using Sealpost.Certificates;
using Sealpost.Delivery.Smime;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Delivery.Smime;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Reports;

/// <summary>Certificates that end soon are told in time, with what to do.</summary>
public sealed class EndingCertificateTests : IAsyncLifetime
{
    private static readonly Actor Keeper = new("u-compliance", "Dana Okafor", Roles.Compliance);

    private TestClinic _clinic = null!;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync() => _clinic = await TestClinic.CreateAsync();

    public ValueTask DisposeAsync() => _clinic.DisposeAsync();

    [Theory]
    [InlineData(15, 0)]
    [InlineData(13, 1)]
    [InlineData(-1, 1)]
    public async Task The_public_url_s_is_told_two_weeks_before(int days, int told)
    {
        using var ending = new EndingCertificates(_clinic.Context, () => null, _ => Task.FromResult<DateTimeOffset?>(_clinic.Time.GetUtcNow().AddDays(days)));
        var found = await ending.RunAsync(Token);
        Assert.Equal(told, found.Count);
        Assert.All(found, one => Assert.Contains(days < 0 ? "mail.greenvalley.example ended on" : "mail.greenvalley.example ends on", one.Words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(300, 0)]
    [InlineData(20, 2)]
    public async Task Those_for_signing_and_of_patients_are_told_a_month_before_without_a_name_and_Home_shows_them(int days, int told)
    {
        await _clinic.AddPatientAsync(1, "p1@a.example");
        using var authority = new SmimeAuthority(_clinic.Time.GetUtcNow());
        await using var status = new StatusServer();
        status.Publish("list.crl", _ => authority.Crl());
        using var smime = new SmimeMail(new SmimeTrust { Roots = [System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(authority.Root.RawData)], RevocationHosts = [status.Host] }, null, _clinic.Time);
        using var own = authority.Issue(new CertificateWish { Mailbox = "care@mail.greenvalley.example", UntilDays = days });
        using var theirs = authority.Issue(new CertificateWish { Mailbox = "p1@a.example", CrlUrl = status.UrlOf("list.crl"), UntilDays = days });
        using var signer = SmimeSigner.Read([.. authority.FileOf(own), .. System.Text.Encoding.ASCII.GetBytes(System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPrivateKey(own)!.ExportPkcs8PrivateKeyPem())], "", _clinic.Time.GetUtcNow());
        await new PatientCertificates(_clinic.Context, smime, _ => Task.FromResult(_clinic.Policy), (_, _) => Task.CompletedTask).AddAsync(new PatientNumber(1), authority.FileOf(theirs), null, Keeper, Token);
        using var ending = new EndingCertificates(_clinic.Context, () => signer, _ => Task.FromResult<DateTimeOffset?>(null));

        var found = await ending.RunAsync(Token);
        Assert.Equal(told, found.Count);
        Assert.All(found, one => Assert.DoesNotContain("p1@", one.Words, StringComparison.Ordinal));
        using var home = new ReadHome(_clinic.Context, new WatchProgress(_clinic.Context)) { Certificates = ending.RunAsync };
        Assert.Equal(told, (await home.RunAsync(Keeper, Token)).Needs.Count(need => need.Kind == NeedKind.CertificateEnding));
    }

    [Fact]
    public async Task A_person_who_cannot_renew_them_is_not_told()
    {
        using var home = new ReadHome(_clinic.Context, new WatchProgress(_clinic.Context)) { Certificates = _ => Task.FromResult<IReadOnlyList<EndingCertificate>>([new("ends", _clinic.Time.GetUtcNow())]) };
        Assert.Empty((await home.RunAsync(TestClinic.Author, Token)).Needs);
    }
}
