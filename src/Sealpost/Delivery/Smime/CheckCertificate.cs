using System.Security.Cryptography.X509Certificates;
using Sealpost.Patients;
using X509CertificateParser = Org.BouncyCastle.X509.X509CertificateParser;

namespace Sealpost.Delivery.Smime;

/// <summary>A certificate that passed every check a moment ago; only <see cref="CheckCertificate"/> makes one. A message is sealed to nothing else.</summary>
internal sealed record VerifiedCertificate
{
    private VerifiedCertificate(ReadOnlyMemory<byte> certificate, string fingerprint)
    {
        Certificate = certificate;
        Fingerprint = fingerprint;
    }

    /// <summary>DER.</summary>
    public ReadOnlyMemory<byte> Certificate { get; }

    /// <summary>SHA-256, lower-case hex; goes into the receipt.</summary>
    public string Fingerprint { get; }

    /// <summary>Always <c>[phi]</c>: it names the patient's mailbox.</summary>
    public override string ToString() => "[phi]";

    internal static VerifiedCertificate Of(OfferedCertificate offered) => new(offered.Leaf.RawData, offered.Fingerprint);
}

/// <summary>Checks a patient's certificate when it is given and again at every use. RFC 8550 §3, §4; RFC 5280 §6.</summary>
/// <param name="trust">The organisation's roots.</param>
/// <param name="revocation">Asks authorities.</param>
/// <param name="time">Clock.</param>
internal sealed class CheckCertificate(Func<SmimeTrust> trust, CheckRevocation revocation, TimeProvider time)
{
    private const string EmailProtection = "1.3.6.1.5.5.7.3.4";

    /// <summary>All checks, the authorities' word on revocation included.</summary>
    /// <param name="offered">The certificate.</param>
    /// <param name="mailboxes">The address it has to name, in every spelling that the patient's record has of it.</param>
    /// <param name="pinned">A person confirmed its fingerprint with the patient, which stands in for a trusted root.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public async Task<(VerifiedCertificate? Verified, CertificateProblem? Problem)> VerifyAsync(OfferedCertificate offered, IReadOnlyCollection<string> mailboxes, bool pinned, CancellationToken cancellationToken)
    {
        var (problem, path) = Judge(offered, mailboxes, pinned);
        try
        {
            if (problem is not null)
                return (null, problem);
            var standing = await revocation.CheckAsync(path, cancellationToken).ConfigureAwait(false);
            return standing switch
            {
                RevocationStanding.Good => (VerifiedCertificate.Of(offered), null),
                RevocationStanding.Revoked => (null, CertificateProblem.Revoked),
                _ => (null, CertificateProblem.RevocationUnknown),
            };
        }
        finally
        {
            Dispose(path);
        }
    }

    /// <summary>The checks that need nobody else.</summary>
    public CertificateProblem? JudgeHere(OfferedCertificate offered, IReadOnlyCollection<string> mailboxes, bool pinned)
    {
        var (problem, path) = Judge(offered, mailboxes, pinned);
        Dispose(path);
        return problem;
    }

    private (CertificateProblem? Problem, IReadOnlyList<X509Certificate2> Path) Judge(OfferedCertificate offered, IReadOnlyCollection<string> mailboxes, bool pinned)
    {
        var leaf = offered.Leaf;
        var now = time.GetUtcNow();
        var (from, until) = OfferedCertificate.ValidityOf(leaf);
        if (now >= until)
            return (CertificateProblem.Expired, []);
        if (now < from)
            return (CertificateProblem.NotYetValid, []);
        if (!IsForEmail(leaf))
            return (CertificateProblem.NotForEmail, []);
        if (!CertificateStrength.HasStrongSignature(leaf))
            return (CertificateProblem.WeakSignature, []);
        if (!IsForEncryption(leaf))
            return (CertificateProblem.NotForEncryption, []);
        if (!CertificateStrength.HasStrongKey(leaf))
            return (CertificateProblem.WeakKey, []);
        if (!offered.Mailboxes.Any(name => mailboxes.Any(mailbox => IsSame(name, mailbox))))
            return (CertificateProblem.OtherAddress, []);
        if (PathOf(offered) is { } path)
            return (null, path);
        return pinned ? (null, KnownPath(offered)) : (CertificateProblem.Untrusted, []);
    }

    /// <summary>RFC 5321 §2.4: the local part letter by letter, the domain in any case; a domain in other letters as its A-label.</summary>
    internal static bool IsSame(string name, string mailbox)
    {
        var (left, right) = (name.LastIndexOf('@'), mailbox.LastIndexOf('@'));
        return left > 0 && right > 0 && name.AsSpan(0, left).SequenceEqual(mailbox.AsSpan(0, right))
            && EmailAddress.Normalise(name) is { } normalised && normalised == EmailAddress.Normalise(mailbox);
    }

    private static bool IsForEmail(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(usage => usage.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(oid => oid.Value == EmailProtection));

    // RFC 8550 §4.4.2: without the extension every usage is allowed.
    private static bool IsForEncryption(X509Certificate2 certificate)
    {
        var needed = certificate.PublicKey.Oid.Value == CertificateStrength.RsaKey ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.KeyAgreement;
        return certificate.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(needed));
    }

    /// <summary>The path from the certificate to a trusted root, root included; null where there is none.</summary>
    private List<X509Certificate2>? PathOf(OfferedCertificate offered)
    {
        var roots = trust().Roots;
        if (roots.Count == 0)
            return null;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(offered.Others);
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(EmailProtection));
        // Revocation is asked for by ourselves: bounded, and an answer that cannot be had is a no.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        var good = chain.Build(offered.Leaf) && chain.ChainElements.Skip(1).SkipLast(1).All(element => CertificateStrength.IsStrong(element.Certificate));
        return good ? Copies(chain.ChainElements.Select(element => element.Certificate)) : null;
    }

    /// <summary>The certificate with its issuer, where that came along: enough to ask about revocation.</summary>
    private List<X509Certificate2> KnownPath(OfferedCertificate offered)
    {
        var issuer = offered.Others.Concat(trust().Roots).FirstOrDefault(one => CertificateStrength.IsStrong(one) && IsIssued(offered.Leaf, one));
        return Copies(issuer is null ? [offered.Leaf] : [offered.Leaf, issuer]);
    }

    private static bool IsIssued(X509Certificate2 certificate, X509Certificate2 by)
    {
        if (!by.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            return false;
        var (leaf, issuer) = (new X509CertificateParser().ReadCertificate(certificate.RawData), new X509CertificateParser().ReadCertificate(by.RawData));
        return leaf.IsSignatureValid(issuer.GetPublicKey());
    }

    private static List<X509Certificate2> Copies(IEnumerable<X509Certificate2> certificates) =>
        [.. certificates.Select(certificate => X509CertificateLoader.LoadCertificate(certificate.RawData))];

    private static void Dispose(IReadOnlyList<X509Certificate2> path)
    {
        foreach (var certificate in path)
            certificate.Dispose();
    }
}
