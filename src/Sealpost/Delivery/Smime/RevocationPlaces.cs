using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Delivery.Smime;

/// <summary>Where a certificate says that its authority publishes revocations.</summary>
/// <param name="Ocsp">OCSP responders. RFC 5280 §4.2.2.1.</param>
/// <param name="Crls">Revocation lists. RFC 5280 §4.2.1.13.</param>
/// <param name="IsNamed">It names a place at all, whether or not one that we can ask.</param>
internal sealed record RevocationPlaces(IReadOnlyList<Uri> Ocsp, IReadOnlyList<Uri> Crls, bool IsNamed)
{
    // One authority has one or two of each; more is nobody's honest certificate.
    private const int MostOfEach = 3;

    public static RevocationPlaces Of(X509Certificate2 certificate)
    {
        var (ocsp, crls) = (OcspOf(certificate), CrlsOf(certificate));
        return new RevocationPlaces(Usable(ocsp), Usable(crls), ocsp.Count + crls.Count > 0);
    }

    private static List<Uri> Usable(List<string> places) =>
        [.. places.Select(place => Uri.TryCreate(place, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) ? url : null).OfType<Uri>().Take(MostOfEach)];

    private static List<string> OcspOf(X509Certificate2 certificate)
    {
        try
        {
            return [.. certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>().SelectMany(access => access.EnumerateOcspUris())];
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return ["unreadable"];
        }
    }

    private static List<string> CrlsOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions["2.5.29.31"] is not { } extension)
            return [];
        var (name, url) = (new Asn1Tag(TagClass.ContextSpecific, 0), new Asn1Tag(TagClass.ContextSpecific, 6));
        var found = new List<string>();
        try
        {
            var points = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (points.HasData)
            {
                var point = points.ReadSequence();
                // A point of its own that is no full name stays a place that we cannot ask.
                found.Add("");
                if (!point.HasData || !point.PeekTag().HasSameClassAndValue(name))
                    continue;
                var distribution = point.ReadSequence(name);
                if (!distribution.PeekTag().HasSameClassAndValue(name))
                    continue;
                var names = distribution.ReadSequence(name);
                while (names.HasData)
                {
                    if (names.PeekTag().HasSameClassAndValue(url))
                        found.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, url));
                    else
                        names.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            found.Add("");
        }

        return found;
    }
}
