using System.Globalization;
using System.Net;
using System.Text;

namespace Sealpost.Compliance;

/// <summary>An accounting as one self-contained HTML page for print: what is handed to the patient. 45 CFR 164.528(b).</summary>
internal static class AccountingHtml
{
    private const string Style = """
        body { font: 11pt/1.5 Georgia, "Times New Roman", serif; color: #1d2b36; max-width: 46rem; margin: 2.5rem auto; padding: 0 1.5rem; }
        h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #c9d2d8; }
        .lead, footer { color: #4a5b66; } dl { display: grid; grid-template-columns: 10rem 1fr; gap: .2rem 1rem; } dt { color: #4a5b66; } dd { margin: 0; }
        footer { margin-top: 2.5rem; font-size: .85rem; } @media print { body { margin: 0; } section { break-inside: avoid; } }
        """;

    /// <summary>The page.</summary>
    /// <param name="accounting">What is accounted.</param>
    /// <param name="organisation">Who accounts: name.</param>
    /// <param name="postalAddress">And postal address.</param>
    public static string Of(DisclosureAccounting accounting, string organisation, string postalAddress)
    {
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Accounting of disclosures</title><style>").Append(Style).Append("</style></head><body>\n")
            .Append("<h1>Accounting of disclosures</h1>\n<p class=\"lead\">").Append(Text(organisation)).Append(", ").Append(Text(postalAddress)).Append("<br>For patient ").Append(Text(accounting.Patient))
            .Append(", from ").Append(Day(accounting.From)).Append(" to ").Append(Day(accounting.Until)).Append("</p>\n");
        if (accounting.Disclosures.Count == 0)
            html.Append("<p>In these six years none of your information was disclosed from this system in a way that the law asks us to account for.</p>\n");
        foreach (var one in accounting.Disclosures)
        {
            html.Append("<section><h2>").Append(Day(one.On)).Append(one.Until is { } until ? $" to {Day(until)}" : "").Append("</h2><dl>");
            Row(html, "Received by", one.Address is null ? one.Recipient : $"{one.Recipient}, {one.Address}");
            Row(html, "What", one.Description);
            Row(html, "Why", one.Purpose);
            if (one.Frequency is not null)
                Row(html, "How often", one.Frequency);
            html.Append("</dl></section>\n");
        }

        return html.Append("<footer>45 CFR 164.528. Messages sent to you, uses for treatment, payment and operations, and disclosures that you authorized are not part of this accounting.</footer>\n</body></html>\n").ToString();
    }

    private static void Row(StringBuilder html, string label, string text) => html.Append("<dt>").Append(label).Append("</dt><dd>").Append(Text(text)).Append("</dd>");

    private static string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
