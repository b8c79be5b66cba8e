using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Sealpost.Delivery.Domains;

/// <summary>Whether a logo has the shape of SVG Tiny Portable/Secure: what mail programs show of it can neither run nor fetch anything. draft-svg-tiny-ps-abrotman.</summary>
internal static class BimiLogo
{
    /// <summary>Size from which on receivers may refuse it.</summary>
    public const int AdvisedBytes = 32 * 1024;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    // Everything else of SVG runs, fetches, moves or embeds something, or is not in the Tiny profile.
    private static readonly HashSet<string> Allowed = new(StringComparer.Ordinal)
    {
        "svg", "title", "desc", "metadata", "defs", "g", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
        "text", "textArea", "tspan", "tbreak", "linearGradient", "radialGradient", "stop", "solidColor", "switch",
    };

    /// <summary>What keeps it from being shown, in sentences; empty where nothing does.</summary>
    public static IReadOnlyList<string> ProblemsOf(string text)
    {
        if (Parse(text) is not { } root)
            return ["it is no XML without a document type"];
        if (root.Name != Svg + "svg")
            return ["its root is not svg in the SVG namespace"];
        return [.. RootProblems(root), .. root.DescendantsAndSelf().SelectMany(PartProblems).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> RootProblems(XElement root)
    {
        if ((string?)root.Attribute("baseProfile") != "tiny-ps")
            yield return "svg needs baseProfile=\"tiny-ps\"";
        if ((string?)root.Attribute("version") != "1.2")
            yield return "svg needs version=\"1.2\"";
        if (root.Attribute("x") is not null || root.Attribute("y") is not null)
            yield return "svg may have neither x nor y";
        if (string.IsNullOrWhiteSpace((string?)root.Elements(Svg + "title").FirstOrDefault()))
            yield return "svg needs a title, such as your name";
        if (!IsSquare(root))
            yield return "svg needs a square viewBox, such as \"0 0 512 512\"";
    }

    private static IEnumerable<string> PartProblems(XElement part)
    {
        if (part.Name.Namespace == Svg && !Allowed.Contains(part.Name.LocalName))
            yield return $"<{part.Name.LocalName}> is not allowed";
        foreach (var attribute in part.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
        {
            if (attribute.Name.LocalName == "href" && !attribute.Value.StartsWith('#'))
                yield return "it refers to something outside of itself";
            else if (attribute.Value.Contains("url(", StringComparison.OrdinalIgnoreCase) && !attribute.Value.Replace(" ", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Contains("url(#", StringComparison.OrdinalIgnoreCase))
                yield return "it refers to something outside of itself";
            else if (attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase))
                yield return $"the event attribute {attribute.Name.LocalName} is not allowed";
        }
    }

    private static bool IsSquare(XElement root)
    {
        var sides = ((string?)root.Attribute("viewBox") ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        return sides.Length == 4
            && double.TryParse(sides[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var width)
            && double.TryParse(sides[3], NumberStyles.Float, CultureInfo.InvariantCulture, out var height)
            && width > 0 && width == height;
    }

    private static XElement? Parse(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF')), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 1 << 20 });
            return XDocument.Load(reader).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
