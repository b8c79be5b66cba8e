namespace Sealpost.Delivery;

/// <summary>Compares a host's name with one that a certificate or a policy gives. RFC 9525 §6.3, RFC 8461 §4.1: a wildcard stands for one whole left-most label.</summary>
internal static class HostPattern
{
    /// <summary>Whether the pattern names the host.</summary>
    /// <param name="pattern">A name, or <c>*.</c> and a name.</param>
    /// <param name="host">An A-label name without trailing dot; what characters its labels have is the DNS's affair.</param>
    public static bool Matches(string pattern, string host)
    {
        if (!pattern.StartsWith("*.", StringComparison.Ordinal))
            return string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase);
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && string.Equals(pattern[1..], host[dot..], StringComparison.OrdinalIgnoreCase);
    }
}
