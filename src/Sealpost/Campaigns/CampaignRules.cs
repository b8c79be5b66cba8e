using System.Net.Mail;
using Sealpost.Organisations;
using Sealpost.Patients;

namespace Sealpost.Campaigns;

/// <summary>What a campaign's parts must look like, whether they were written into a file or into a form. Null means: nothing is wrong.</summary>
internal static class CampaignRules
{
    public const int LongestName = 80;

    public static string? NameProblem(string name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? null
            : "a name has letters, digits, \"-\", \"_\" and \".\" only, begins with a letter or digit and has at most 80 characters";

    public static string? FromProblem(string text, Organisation organisation)
    {
        if (!MailAddress.TryCreate(text, out var address) || EmailAddress.Normalise(address.Address) is not { } mailbox)
            return "write it as: Clinic Name <mailbox@your.domain>";
        var domain = EmailAddress.DomainOf(mailbox);
        var own = organisation.Domain.ToLowerInvariant();

        // RFC 9989: mail whose From is not aligned with the signing domain fails DMARC.
        return domain == own || domain.EndsWith("." + own, StringComparison.Ordinal)
            ? null
            : $"the address is not in the organisation's domain {own}; receivers would refuse it";
    }

    /// <summary>Time that has room for the whole world's zones after it, so that a campaign by patients' own time starts with the easternmost.</summary>
    public static DateTimeOffset StartOf(DateTime patientTime) => new DateTimeOffset(patientTime, TimeSpan.FromHours(10)).ToUniversalTime();
}
