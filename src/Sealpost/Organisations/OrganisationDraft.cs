using Sealpost.Patients;

namespace Sealpost.Organisations;

/// <summary>What a person typed about an organisation, checked.</summary>
internal static class OrganisationDraft
{
    private const int LongestName = 120;

    /// <summary>Checks a new organisation.</summary>
    /// <exception cref="RefusedException">Says which part cannot be used.</exception>
    public static Organisation Check(string name, string domain, string postalAddress, string? publicUrl, string? timeZone)
    {
        if (EmailAddress.Normalise("care@" + domain.Trim()) is not { } normalised)
            throw new RefusedException($"'{domain}' is no domain that can send mail. Give one such as mail.greenvalley.test.");
        var ascii = EmailAddress.DomainOf(normalised);
        return new Organisation(default, Name(name), ascii, Address(postalAddress), Url(string.IsNullOrWhiteSpace(publicUrl) ? $"https://{ascii}" : publicUrl.Trim()), Zone(timeZone));
    }

    /// <summary>Checks changes to an organisation; its domain stays, since keys and return paths belong to it.</summary>
    /// <exception cref="RefusedException">Says which part cannot be used.</exception>
    public static Organisation Change(Organisation before, string name, string postalAddress, string publicUrl, string timeZone) =>
        before with { Name = Name(name), PostalAddress = Address(postalAddress), PublicUrl = Url(publicUrl.Trim()), TimeZone = Zone(timeZone) };

    private static string Name(string name) =>
        name.Trim() is { Length: > 0 and <= LongestName } trimmed && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw new RefusedException($"Give the organisation's name as patients know it, at most {LongestName} letters.");

    private static string Address(string postalAddress) =>
        postalAddress.Trim() is { Length: >= 10 } trimmed && trimmed.Any(char.IsAsciiDigit)
            ? trimmed
            : throw new RefusedException("The postal address must be a physical one: street or registered box, place, and postal code (15 USC 7704(a)(5)).");

    private static Uri Url(string publicUrl) =>
        Uri.TryCreate(publicUrl, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.Query.Length == 0
            ? url
            : throw new RefusedException($"'{publicUrl}' cannot be the public URL: one-click unsubscribe needs an https address without a query (RFC 8058 §3.1).");

    private static TimeZoneInfo Zone(string? name)
    {
        try
        {
            return string.IsNullOrWhiteSpace(name) ? TimeZoneInfo.Local : TimeZoneInfo.FindSystemTimeZoneById(name.Trim());
        }
        catch (TimeZoneNotFoundException exception)
        {
            throw new RefusedException($"'{name}' is no time zone this system knows. Use a name such as America/New_York.", exception);
        }
    }
}
