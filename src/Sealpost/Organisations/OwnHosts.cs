namespace Sealpost.Organisations;

/// <summary>Hosts that a message may load images from or point at as the organisation's own.</summary>
internal static class OwnHosts
{
    /// <summary>The sender domain and the host of the patient pages.</summary>
    public static IReadOnlySet<string> Of(Organisation organisation) =>
        new HashSet<string>(StringComparer.OrdinalIgnoreCase) { organisation.Domain, organisation.PublicUrl.Host };
}
