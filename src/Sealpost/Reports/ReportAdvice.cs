using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Consent;

namespace Sealpost.Reports;

/// <summary>What a report's reader should do next, most urgent first.</summary>
internal static class ReportAdvice
{
    /// <summary>With the numbers.</summary>
    public static IEnumerable<string> Of(CampaignReport report) => Of(report, static count => count.ToString("N0", CultureInfo.InvariantCulture));

    /// <summary>With numbers as <paramref name="number"/> says them at the beginning of a sentence.</summary>
    public static IEnumerable<string> Of(CampaignReport report, Func<long, string> number)
    {
        if (report.State == CampaignState.Paused)
            yield return "The campaign is paused. Resume or cancel it.";
        if (report.State == CampaignState.Sending)
            yield return $"{number(report.Pending)} messages are on their way or wait for another try. Nothing to do; look again later.";
        if (report.InDoubt > 0)
            yield return $"{number(report.InDoubt)} messages are in doubt: the connection or the program ended at the moment of handing over. They are not sent again. Ask the patient's mail host or the patient, then resolve each.";
        // Several reasons share one advice: one line each, with their sum.
        var withheld = report.Withheld.ByReason
            .Select(pair => (Advice: Enum.TryParse<WithholdReason>(pair.Key, out var known) ? Of(known) : null, Count: pair.Value))
            .Where(one => one.Advice is not null)
            .GroupBy(one => one.Advice!, one => one.Count, StringComparer.Ordinal)
            .Select(group => (Advice: group.Key, Count: group.Sum()))
            .OrderByDescending(one => one.Count);
        foreach (var (advice, count) in withheld)
            yield return $"{number(count)} were withheld: {advice}";

        if (report.Rejected > 0)
            yield return $"{number(report.Rejected)} addresses were refused by their mail host. Ask these patients for a current address at their next visit; treatment messages must reach them another way.";
        if (report.Expired > 0)
            yield return $"{number(report.Expired)} messages could not be handed over in time. Reach these patients another way where it matters.";
        if (report.OptedOut > 0)
            yield return $"{number(report.OptedOut)} patients unsubscribed. They are kept out of what they opted out of from now on; nothing to do.";
        if (report.Complained > 0)
            yield return $"{number(report.Complained)} patients reported the message as unwanted. Look at audience and frequency before the next one.";
        if (report is { State: CampaignState.Finished, InDoubt: 0 } && report.Accepted == report.Selected)
            yield return "Every selected patient's mail host took the message. Nothing to do.";
    }

    private static string? Of(WithholdReason reason) => reason switch
    {
        WithholdReason.NeverAuthorized or WithholdReason.AuthorizationExpired or WithholdReason.AuthorizationScope =>
            "this purpose needs a signed authorization; collect it at the front desk or leave these patients out.",
        WithholdReason.UnverifiedAddress => "the address was never verified; verify at check-in, or attest the source if it verifies (address attest).",
        WithholdReason.NoAddress or WithholdReason.UnusableAddress => "no usable email address; ask at the next visit.",
        WithholdReason.SharedAddress => "the mailbox is shared with another patient; ask for an address of their own.",
        WithholdReason.MissingValue => "the message needs a value that is missing; give the template a default.",
        WithholdReason.TierTooLow => "the mail host's protection cannot be verified strongly enough for clinical content; have the privacy officer sign a risk acceptance, or reach these patients another way.",
        WithholdReason.TlsUnavailable or WithholdReason.CertificateExpired or WithholdReason.CertificateUntrusted or WithholdReason.CertificateNameMismatch =>
            "the mail host offers no trustworthy encryption, so nothing was sent; tell its operator, or reach these patients another way.",
        WithholdReason.NoAgreement => "the relay has no agreement in force that covers sending; add and sign it (agreement add).",
        WithholdReason.Sensitive => "sensitive matters go only to patients with an S/MIME certificate or through our page; call or write the others.",
        WithholdReason.FilesNotMailed => "a message with files is read on our page, and these patients have no way to prove there who they are; add a mobile number, or follow up without the files.",
        WithholdReason.Minor => "minors are not written to in this version; address the representative another way.",
        _ => null,
    };
}
