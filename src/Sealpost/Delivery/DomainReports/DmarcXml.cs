using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Sealpost.Delivery.DomainReports;

/// <summary>Reads DMARC aggregate reports (RFC 9990, and the RFC 7489 form that most still send).</summary>
internal static class DmarcXml
{
    /// <summary>Most rows read of one report.</summary>
    public const int MostRows = 20_000;

    private const int MostDepth = 32;
    private const int LongestText = 500;

    /// <summary>Reads one; null where it is none, or hostile.</summary>
    public static DomainReport.Dmarc? Read(byte[] bytes)
    {
        // No DTD, no entity, nothing fetched.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = BoundedUnpack.LargestBytes, IgnoreComments = true, IgnoreProcessingInstructions = true };
        try
        {
            using (var depth = XmlReader.Create(new MemoryStream(bytes, writable: false), settings))
            {
                while (depth.Read())
                {
                    if (depth.Depth > MostDepth)
                        return null;
                }
            }

            using var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), settings);
            return XDocument.Load(reader).Root is { Name.LocalName: "feedback" } root ? Of(root) : null;
        }
        catch (Exception exception) when (exception is XmlException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static DomainReport.Dmarc? Of(XElement root)
    {
        var about = Child(root, "report_metadata");
        var policy = Child(root, "policy_published");
        var range = Child(about, "date_range");
        if (Instant(range, "begin") is not { } begin || Instant(range, "end") is not { } end || Text(policy, "domain") is not { Length: > 0 } domain)
            return null;
        return new DomainReport.Dmarc
        {
            Reporter = Text(about, "org_name"),
            Id = Text(about, "report_id"),
            Begin = begin,
            End = end,
            Domain = domain.ToLowerInvariant(),
            Policy = Text(policy, "p"),
            Rows = [.. root.Elements().Where(element => element.Name.LocalName == "record").Take(MostRows).Select(Row)],
        };
    }

    private static DmarcRow Row(XElement record)
    {
        var row = Child(record, "row");
        var evaluated = Child(row, "policy_evaluated");
        return new DmarcRow(
            Text(row, "source_ip"),
            long.TryParse(Text(row, "count"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0,
            Text(evaluated, "disposition"),
            Text(evaluated, "dkim") == "pass",
            Text(evaluated, "spf") == "pass",
            Text(Child(record, "identifiers"), "header_from").ToLowerInvariant());
    }

    // Reporters differ in namespaces, so names alone count.
    private static XElement? Child(XElement? parent, string name) => parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private static string Text(XElement? parent, string name) =>
        Child(parent, name)?.Value.Trim() is { } text ? text[..Math.Min(text.Length, LongestText)] : "";

    private static DateTimeOffset? Instant(XElement? parent, string name) =>
        long.TryParse(Text(parent, name), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
