using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Sealpost.Delivery.DomainReports;

/// <summary>A TLS report ready to go: gzipped JSON, and as a mail where one is wanted. RFC 8460 §5.</summary>
internal static class TlsReportMail
{
    /// <summary>Media type of a gzipped report. §6.4.</summary>
    public const string MediaType = "application/tlsrpt+gzip";

    private static readonly string[] Signed =
        ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted", "TLS-Required", "TLS-Report-Domain", "TLS-Report-Submitter"];

    /// <summary>The report as it travels.</summary>
    public static byte[] Pack(DomainReport.Tls report)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.SmallestSize))
            gzip.Write(TlsReportJson.Write(report));
        return bytes.ToArray();
    }

    /// <summary>The mail, signed twice over the whole body. §5.3: always DKIM-signed, never with <c>l=</c>.</summary>
    /// <param name="keys">Keys of the sender domain.</param>
    /// <param name="report">What it carries.</param>
    /// <param name="packed">The same, gzipped.</param>
    /// <param name="domain">Domain that it is about.</param>
    /// <param name="to">Mailbox from the domain's record.</param>
    /// <param name="now">Time of signing.</param>
    public static SignedMessage Sign(DkimKeys keys, DomainReport.Tls report, byte[] packed, string domain, string to, DateTimeOffset now)
    {
        EnvelopeCommands.Check(to, "To");
        var signer = new DkimSigner(keys, Signed);
        var boundary = "=_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        var bytes = new PooledBytes(signer.Length + 2_048 + (packed.Length * 3 / 2));
        try
        {
            _ = bytes.Reserve(signer.Length);
            bytes.Advance(signer.Length);
            WriteHeaders(bytes, keys.Domain, report, domain, to, boundary, now);
            var headersEnd = bytes.Length;
            WriteBody(bytes, keys.Domain, report, packed, domain, boundary);
            signer.Sign(bytes, headersEnd, now.ToUnixTimeSeconds());
            return new SignedMessage(bytes, SHA256.HashData(bytes.Span));
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private static void WriteHeaders(PooledBytes to, string ours, DomainReport.Tls report, string domain, string mailbox, string boundary, DateTimeOffset now)
    {
        HeaderText.WriteToken(to, "From"u8, $"<tls-reports@{ours}>");
        HeaderText.WriteToken(to, "To"u8, $"<{mailbox}>");
        HeaderText.WriteUnstructured(to, "Subject"u8, $"Report Domain: {domain} Submitter: {ours} Report-ID: <{report.Id}>");
        HeaderText.WriteToken(to, "Date"u8, now.ToUniversalTime().ToString("ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture));
        HeaderText.WriteToken(to, "Message-ID"u8, $"<{report.Id}>");
        HeaderText.WriteToken(to, "MIME-Version"u8, "1.0");
        HeaderText.WriteToken(to, "Content-Type"u8, $"multipart/report; report-type=\"tlsrpt\";\r\n boundary=\"{boundary}\"");
        HeaderText.WriteToken(to, "Auto-Submitted"u8, "auto-generated");
        // RFC 8689 §5: a report about broken TLS must not be stopped by it. It holds nothing that needs the protection.
        HeaderText.WriteToken(to, "TLS-Required"u8, "No");
        HeaderText.WriteToken(to, "TLS-Report-Domain"u8, domain);
        HeaderText.WriteToken(to, "TLS-Report-Submitter"u8, ours);
    }

    private static void WriteBody(PooledBytes to, string ours, DomainReport.Tls report, byte[] packed, string domain, string boundary)
    {
        var words = $"This is a TLS report from {ours} about mail sent to {domain} on {report.Begin.UtcDateTime:yyyy-MM-dd} (UTC).\r\nNo mail and no mailbox is named in it. Questions: {report.Contact}\r\n";
        to.Append(string.Create(CultureInfo.InvariantCulture, $"\r\n--{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{words}\r\n"));
        to.Append(string.Create(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Type: {MediaType}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\"{FileName(ours, report, domain)}\"\r\n\r\n"));
        to.Append(Encoding.ASCII.GetBytes(Convert.ToBase64String(packed, Base64FormattingOptions.InsertLineBreaks)));
        to.Append($"\r\n--{boundary}--\r\n");
    }

    // §5.1.
    private static string FileName(string ours, DomainReport.Tls report, string domain) => string.Create(
        CultureInfo.InvariantCulture, $"{ours}!{domain}!{report.Begin.ToUnixTimeSeconds()}!{report.End.ToUnixTimeSeconds()}.json.gz");
}
