using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Delivery.Domains;

/// <summary>Whether mail programs would show the domain's logo (BIMI): the record, DMARC at enforcement, the logo, its certificate. Never wrong, since no logo is a choice.</summary>
internal sealed class CheckBimi(AskDns dns, HttpsPages pages, TimeProvider time)
{
    private const string Area = "BIMI";

    /// <summary>Purpose of mark certificates (draft-chuang-bimi-certificate).</summary>
    private const string MarkPurpose = "1.3.6.1.5.5.7.3.31";

    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    /// <summary>Checks.</summary>
    public async Task<IReadOnlyList<DomainFinding>> RunAsync(SenderDomain domain, CancellationToken cancellationToken)
    {
        var (applies, organisation, failed) = await DmarcWalk.RunAsync(dns, domain.Domain, cancellationToken).ConfigureAwait(false);
        var at = domain.Domain;
        var answer = await dns.TextAsync(BimiRecord.NameOf(at), cancellationToken).ConfigureAwait(false);
        if (!answer.Failed && organisation != at && !answer.Values.Any(BimiRecord.Looks))
            (at, answer) = (organisation, await dns.TextAsync(BimiRecord.NameOf(organisation), cancellationToken).ConfigureAwait(false));
        if (answer.Failed || (failed && applies is null))
            return [new DomainFinding(Area, DomainStanding.Unknown, $"DNS did not answer for {BimiRecord.NameOf(at)}.", "Check again in a few minutes.")];
        var texts = answer.Values.Where(BimiRecord.Looks).ToList();
        if (texts.Count == 0)
            return [new DomainFinding(Area, DomainStanding.Good, "No logo is published. That is a choice.")];
        if (texts.Count > 1)
            return [Flaw($"{BimiRecord.NameOf(at)} has several records, which count as none.", "Keep one of them.")];
        var (record, problem) = BimiRecord.Read(texts[0]);
        if (record is null)
            return [Flaw($"The record {problem}, so nobody shows the logo.", "Publish it so, with your own addresses, or remove it.") with { Publish = [Mended(texts[0]).ToZone(at)] }];
        if (record.IsDeclined)
            return [new DomainFinding(Area, DomainStanding.Good, $"{at} says that it shows no logo.")];
        var dmarc = await DmarcAsync(domain.Domain, applies, organisation, cancellationToken).ConfigureAwait(false);
        var logo = await LogoAsync(record, cancellationToken).ConfigureAwait(false);
        var evidence = await EvidenceAsync(record, at, cancellationToken).ConfigureAwait(false);
        return [dmarc, logo, evidence];
    }

    /// <summary>§7.1 of the draft: the domain, and its organisation's with subdomains, ask to put forged mail aside or refuse it, all of it.</summary>
    private async Task<DomainFinding> DmarcAsync(string domain, DmarcRecord? applies, string organisation, CancellationToken cancellationToken)
    {
        if (applies is null)
            return Flaw($"Logos are shown only where DMARC is enforced, and {domain} has no DMARC record.", "Publish one.") with { Publish = [DomainRecords.Dmarc(domain)] };
        if (!IsEnforced(applies, applies.At == domain ? applies.Policy : applies.SubdomainPolicy))
            return Flaw($"Logos are shown only where DMARC is enforced: p=quarantine or p=reject for all mail, and no t=y. _dmarc.{applies.At} asks for less.", "Enforce DMARC once reports show that your own mail passes.") with { Publish = [DomainRecords.Dmarc(applies.At)] };
        if (applies.At == organisation)
            return new DomainFinding(Area, DomainStanding.Good, $"DMARC is enforced by _dmarc.{applies.At}, as showing a logo needs.");
        var answer = await dns.TextAsync("_dmarc." + organisation, cancellationToken).ConfigureAwait(false);
        return answer.Failed ? new DomainFinding(Area, DomainStanding.Unknown, $"DNS did not answer for _dmarc.{organisation}.", "Check again in a few minutes.")
            : answer.Values.Select(text => DmarcRecord.Parse(organisation, text)).OfType<DmarcRecord>().FirstOrDefault() is { } above && (!IsEnforced(above, above.Policy) || above.SubdomainPolicy == "none")
                ? Flaw($"Logos are shown only where the organisational domain enforces DMARC too; _dmarc.{organisation} does not.", "Enforce it there as well.") with { Publish = [DomainRecords.Dmarc(organisation)] }
                : new DomainFinding(Area, DomainStanding.Good, $"DMARC is enforced by _dmarc.{applies.At}, as showing a logo needs.");
    }

    private static bool IsEnforced(DmarcRecord record, string policy) =>
        policy is "quarantine" or "reject" && !record.IsTest && record.Tags.GetValueOrDefault("pct", "100") == "100";

    private async Task<DomainFinding> LogoAsync(BimiRecord record, CancellationToken cancellationToken)
    {
        var page = await pages.FetchAsync(new Uri(record.Logo), null, null, cancellationToken).ConfigureAwait(false);
        if (page.Status != 200)
            return Flaw(page.Status == 0 ? $"The logo cannot be fetched: {page.Problem}." : $"The logo's address answers with {page.Status}; no redirect is followed.", $"Serve the file itself at {record.Logo}.");
        if (page.MediaType != "image/svg+xml")
            return Flaw($"The logo is served as {(page.MediaType.Length == 0 ? "no type" : page.MediaType)}.", "Serve it as image/svg+xml.");
        if (BimiLogo.ProblemsOf(page.Text) is { Count: > 0 } problems)
            return Flaw($"The logo is no SVG Tiny PS: {string.Join("; ", problems)}.", "Export it as SVG Tiny 1.2, then mend what is named.");
        return System.Text.Encoding.UTF8.GetByteCount(page.Text) > BimiLogo.AdvisedBytes
            ? Flaw("The logo has more than 32 KB, which some receivers refuse.", "Simplify its paths.")
            : new DomainFinding(Area, DomainStanding.Good, "The logo is there and has the shape of SVG Tiny PS.");
    }

    private async Task<DomainFinding> EvidenceAsync(BimiRecord record, string domain, CancellationToken cancellationToken)
    {
        if (record.Evidence.Length == 0)
            return Flaw("The record names no mark certificate (a=); Gmail and Apple Mail show no logo without one.", "Get one from an authority for mark certificates, serve it as PEM and name it in a=. Without one, some others still show the logo.") with
            {
                Publish = [(record with { Evidence = new Uri(new Uri(record.Logo), "certificate.pem").AbsoluteUri }).ToZone(domain)],
            };
        var page = await pages.FetchAsync(new Uri(record.Evidence), null, null, cancellationToken).ConfigureAwait(false);
        if (page.Status != 200)
            return Flaw(page.Status == 0 ? $"The mark certificate cannot be fetched: {page.Problem}." : $"The mark certificate's address answers with {page.Status}; no redirect is followed.", $"Serve the file itself at {record.Evidence}.");
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(page.Text);
            return certificates.Count == 0 ? Flaw("The mark certificate's file holds no certificate.", "Serve it as PEM, the certificate first and its chain behind it.") : Judge(certificates[0], domain);
        }
        catch (CryptographicException)
        {
            return Flaw("The mark certificate's file cannot be read.", "Serve it as PEM, the certificate first and its chain behind it.");
        }
        finally
        {
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }

    private DomainFinding Judge(X509Certificate2 certificate, string domain)
    {
        var (now, begins, ends) = (time.GetUtcNow(), new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
        var isMark = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(one => one.Value == MarkPurpose));
        return !isMark ? Flaw("The certificate in a= is not made for logos.", "Get a mark certificate.")
            : !certificate.MatchesHostname(domain, allowWildcards: false, allowCommonName: false) ? Flaw($"The mark certificate is not for {domain}.", "Get one that names it.")
            : now >= ends || now < begins ? Flaw($"The mark certificate is valid only from {certificate.NotBefore:yyyy-MM-dd} until {certificate.NotAfter:yyyy-MM-dd}.", "Renew it.")
            : ends - now < Soon ? Flaw($"The mark certificate ends on {certificate.NotAfter:yyyy-MM-dd}.", "Renew it before.")
            : new DomainFinding(Area, DomainStanding.Good, $"The mark certificate is for {domain} and valid until {certificate.NotAfter:yyyy-MM-dd}. Whether its authority is known, each receiver decides.");
    }

    private static DomainFinding Flaw(string says, string mend) => new(Area, DomainStanding.Advice, says, mend);

    private static BimiRecord Mended(string text)
    {
        static string Secure(string? address, string file) =>
            Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Host.Length > 0 ? new UriBuilder(url) { Scheme = Uri.UriSchemeHttps, Port = url.Scheme == Uri.UriSchemeHttps && !url.IsDefaultPort ? url.Port : -1, UserName = "", Password = "" }.Uri.AbsoluteUri : $"https://<your web server>/{file}";
        return new BimiRecord(Secure(TagList.Find(text, "l"), "logo.svg"), TagList.Find(text, "a") is { Length: > 0 } evidence ? Secure(evidence, "certificate.pem") : "");
    }
}
