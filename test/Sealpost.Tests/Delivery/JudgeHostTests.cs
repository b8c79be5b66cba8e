using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sealpost.App.Demo;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Dane;

namespace Sealpost.Tests.Delivery;

/// <summary>Which tier a certificate earns under the policies that apply; the whole table.</summary>
public sealed class JudgeHostTests : IDisposable
{
    private const string Host = "mx.clinic.example";

    private readonly MailboxCertificates _certificates = new(TimeProvider.System);
    private readonly X509Certificate2 _good;
    private readonly X509Certificate2 _expired;

    public JudgeHostTests() => (_good, _expired) = (_certificates.Issue(Host), _certificates.IssueExpired(Host));

    public void Dispose()
    {
        _good.Dispose();
        _expired.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    // Policy: n none, s MTA-STS enforce; d DANE that matches, m DANE that does not, u DANE that cannot be used. Certificate: good for the web, or expired.
    [InlineData("n", true, Tier.T2, null)]
    [InlineData("n", false, null, WithholdReason.CertificateExpired)]
    [InlineData("s", true, Tier.T3, null)]
    [InlineData("s", false, null, WithholdReason.MtaStsRefused)]
    [InlineData("d", true, Tier.T4, null)]
    [InlineData("d", false, Tier.T4, null)]
    [InlineData("m", true, null, WithholdReason.DaneMismatch)]
    [InlineData("u", true, null, WithholdReason.TierTooLow)]
    [InlineData("u", false, null, WithholdReason.TierTooLow)]
    [InlineData("sd", true, Tier.T4, null)]
    [InlineData("sd", false, null, WithholdReason.MtaStsRefused)]
    [InlineData("sm", true, null, WithholdReason.DaneMismatch)]
    [InlineData("su", true, null, WithholdReason.TierTooLow)]
    [InlineData("su", false, null, WithholdReason.MtaStsRefused)]
    public void A_certificate_is_judged_by_every_policy_that_applies(string policies, bool isGood, Tier? tier, WithholdReason? reason)
    {
        var judge = Judge(policies, isGood, Tier.T2);
        Assert.Equal((reason is null, reason), (judge.Reason is null, judge.Reason));
        if (tier is { } reached)
            Assert.Equal(reached, judge.Tier);
    }

    [Theory]
    [InlineData("n", false, Tier.T1)]
    [InlineData("n", true, Tier.T2)]
    [InlineData("u", true, Tier.T1)]
    [InlineData("u", false, Tier.T1)]
    public void Unverified_TLS_does_only_where_it_is_allowed(string policies, bool isGood, Tier tier) =>
        Assert.Equal((null, tier), (Judge(policies, isGood, Tier.T1).Reason, Judge(policies, isGood, Tier.T1).Tier));

    [Theory]
    [InlineData("s")]
    [InlineData("m")]
    public void What_the_domain_s_own_policy_refuses_no_allowance_lets_through(string policies) =>
        Assert.NotNull(Judge(policies, isGood: false, Tier.T1).Reason);

    private JudgeHost Judge(string policies, bool isGood, Tier lowest)
    {
        var certificate = isGood ? _good : _expired;
        var matching = new TlsaEntry(3, 1, 1, SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        var target = new HostTarget(new IPEndPoint(IPAddress.Loopback, 25), Host, null, ImplicitTls: false)
        {
            Lowest = lowest,
            StsId = policies.Contains('s', StringComparison.Ordinal) ? "1" : null,
            Dane = policies[^1] switch
            {
                'd' => new DaneFinding.Usable([matching], Host, [Host]),
                'm' => new DaneFinding.Usable([matching with { Data = new byte[32] }], Host, [Host]),
                'u' => new DaneFinding.Unusable([matching with { Usage = 1 }], Host),
                _ => DaneFinding.NotApplicable,
            },
        };
        var judge = new JudgeHost(new CertificateRules([_certificates.Root], TimeProvider.System), new DaneRules(TimeProvider.System), target);
        using var chain = new X509Chain { ChainPolicy = new CertificateRules([], TimeProvider.System).SystemPolicy() };
        _ = chain.Build(certificate);
        Assert.Equal(judge.Accept(certificate, chain), judge.Reason is null);
        return judge;
    }
}
