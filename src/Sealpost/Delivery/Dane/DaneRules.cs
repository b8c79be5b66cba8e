using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.Security;
using BcCertificate = Org.BouncyCastle.X509.X509Certificate;

namespace Sealpost.Delivery.Dane;

/// <summary>Decides whether a certificate is the one that a domain's TLSA records speak of. RFC 7671 §5, RFC 7672 §3.</summary>
internal sealed class DaneRules(TimeProvider time)
{
    private const int LongestPath = 8;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>Null where one record matches; several are a rollover, and any of them suffices.</summary>
    /// <param name="dane">The usable records.</param>
    /// <param name="leaf">Certificate as the host sent it.</param>
    /// <param name="sent">What it sent besides.</param>
    public TlsFailure? Judge(DaneFinding.Usable dane, X509Certificate2 leaf, IReadOnlyList<X509Certificate2> sent)
    {
        var worst = TlsFailure.ValidationFailure;
        try
        {
            // RFC 7672 §3.1.1: for DANE-EE neither name nor expiry nor chain matter; a key too weak to hold does.
            if (dane.Records.Any(r => r.Usage == TlsaEntry.EndEntity && r.Matches(leaf)))
                return CertificateRules.HasStrongKey(leaf) ? null : TlsFailure.CertificateNotTrusted;
            List<BcCertificate> others = [.. sent.Select(c => Read(c.RawData)).OfType<BcCertificate>()];
            foreach (var anchor in Anchors(dane, sent))
            {
                if (PathTo(anchor, leaf, others) is not { } path)
                    continue;
                if (JudgePath(anchor, path, leaf, dane.ReferenceNames) is not { } failure)
                    return null;
                worst = failure;
            }
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            // What the libraries cannot make sense of proves nothing, in whatever words they say so.
            return worst;
        }

        return worst;
    }

    private static IEnumerable<Anchor> Anchors(DaneFinding.Usable dane, IReadOnlyList<X509Certificate2> sent)
    {
        foreach (var record in dane.Records.Where(r => r.Usage == TlsaEntry.TrustAnchor))
        {
            foreach (var certificate in sent.Where(record.Matches).Select(c => Read(c.RawData)).OfType<BcCertificate>())
                yield return new Anchor(certificate, null);

            // RFC 7671 §5.2.3: a record may hold the anchor itself, so that the host need not send it.
            if (record is { Matching: 0, Selector: 0 } && Read(record.Data) is { } own)
                yield return new Anchor(own, null);
            else if (record is { Matching: 0, Selector: 1 })
                yield return new Anchor(null, PublicKeyFactory.CreateKey(record.Data));
        }
    }

    /// <summary>Null where the library cannot read it: one odd certificate among those sent must not hide the good ones.</summary>
    private static BcCertificate? Read(byte[] certificate)
    {
        try
        {
            return new BcCertificate(certificate);
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            return null;
        }
    }

    private static List<BcCertificate>? PathTo(Anchor anchor, X509Certificate2 leaf, List<BcCertificate> others)
    {
        List<BcCertificate> path = [new BcCertificate(leaf.RawData)];
        while (path.Count <= LongestPath)
        {
            if (anchor.Signed(path[^1]))
                return path;
            if (others.Find(c => !path.Contains(c) && Issued(c, path[^1])) is not { } next)
                return null;
            path.Add(next);
        }

        return null;
    }

    // RFC 7672 §3.1.2: under a trust anchor, validity and names count.
    private TlsFailure? JudgePath(Anchor anchor, List<BcCertificate> path, X509Certificate2 leaf, IReadOnlyList<string> names)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (!path.TrueForAll(c => c.IsValid(now)) || anchor.Certificate?.IsValid(now) == false)
            return TlsFailure.CertificateExpired;
        if (path[0].GetExtendedKeyUsage() is { } usages && !usages.Any(u => u.Id is ServerAuthentication or AnyUsage))
            return TlsFailure.CertificateNotTrusted;
        if (!path.TrueForAll(CertificateRules.IsStrong) || !IsValidPath(anchor, path, now))
            return TlsFailure.CertificateNotTrusted;
        return names.Any(name => CertificateRules.Names(leaf, name)) ? null : TlsFailure.CertificateHostMismatch;
    }

    private static bool IsValidPath(Anchor anchor, List<BcCertificate> path, DateTime now)
    {
        try
        {
            var trust = anchor.Certificate is { } certificate ? new TrustAnchor(certificate, null) : new TrustAnchor(path[^1].IssuerDN, anchor.Key!, null);
            var parameters = new PkixParameters(new HashSet<TrustAnchor> { trust }) { IsRevocationEnabled = false, Date = now };
            _ = new PkixCertPathValidator().Validate(new PkixCertPath(path), parameters);
            return true;
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            return false;
        }
    }

    private static bool Issued(BcCertificate issuer, BcCertificate subject) =>
        issuer.SubjectDN.Equivalent(subject.IssuerDN) && Verifies(subject, issuer.GetPublicKey);

    private static bool Verifies(BcCertificate subject, Func<AsymmetricKeyParameter> key)
    {
        try
        {
            subject.Verify(key());
            return true;
        }
        catch (Exception e) when (Unforeseen.Is(e))
        {
            return false;
        }
    }

    private sealed record Anchor(BcCertificate? Certificate, AsymmetricKeyParameter? Key)
    {
        public bool Signed(BcCertificate subject) => Certificate is { } issuer ? Issued(issuer, subject) : Verifies(subject, () => Key!);
    }
}
