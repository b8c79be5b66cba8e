using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Organisations;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>The parts of a message that Sealpost puts in itself.</summary>
internal static class SenderFooters
{
    /// <summary>Path of the one-click unsubscribe page below the organisation's public URL.</summary>
    public const string UnsubscribePath = "u/";

    /// <summary>Path of the preference page.</summary>
    public const string PreferencesPath = "p/";

    /// <summary>Footer of one delivery, with its own unsubscribe URL.</summary>
    public static SenderFooter For(Organisation organisation, KeyRing keys, long campaign, PatientNumber patient, string mailbox) =>
        Of(organisation, UnsubscribeToken.Issue(keys, campaign, patient, mailbox));

    /// <summary>Footer of a preview; its link leads nowhere.</summary>
    public static SenderFooter ForPreview(Organisation organisation) => Of(organisation, "preview");

    private static SenderFooter Of(Organisation organisation, string token) =>
        new(organisation.Name, organisation.PostalAddress, UrlOf(organisation, UnsubscribePath, token), UrlOf(organisation, PreferencesPath, token));

    /// <summary>An address below the organisation's public URL.</summary>
    /// <param name="organisation">Whose.</param>
    /// <param name="path">Characters that a URL may hold as they are: paths and tokens of ours.</param>
    /// <param name="token">The same, behind the path.</param>
    public static string UrlOf(Organisation organisation, string path, string token = "") =>
        organisation.PublicUrl.AbsoluteUri is var root && root.EndsWith('/') ? string.Concat(root, path, token) : $"{root}/{path}{token}";
}
