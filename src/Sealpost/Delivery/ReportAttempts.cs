using Sealpost.Delivery.Dane;
using Sealpost.Delivery.MtaSts;

namespace Sealpost.Delivery;

/// <summary>Turns what happened at a host into what a TLS report counts. RFC 8460 §4.</summary>
internal sealed class ReportAttempts(Func<Action<TlsAttempt>?> listener, TimeProvider time)
{
    /// <summary>A connection was judged.</summary>
    public void Judged(string domain, StsFinding sts, HostTarget target, OpenedHost opened)
    {
        if (!opened.WasJudged)
            return;
        var ip = target.Address.Address.ToString();
        // A host that the policy does not name has been told of, once, whatever its certificate is.
        if (HasSts(sts) && !sts.Misses(target.Name))
            Tell(Sts(domain, sts) with { MxHost = target.Name, ReceivingIp = ip, Failure = opened.WebPkiFailure });
        if (Tlsa(domain, target.Dane) is { } tlsa)
            Tell(tlsa with { MxHost = target.Name, ReceivingIp = ip, Failure = opened.DaneFailure });
        else if (!HasSts(sts))
            Tell(new TlsAttempt(domain, TlsPolicyType.NoPolicyFound, [], [], target.Name, ip, opened.WebPkiFailure, time.GetUtcNow()));
    }

    /// <summary>The policy does not name the host.</summary>
    public void NotNamed(string domain, StsFinding sts, string host) =>
        Tell(Sts(domain, sts) with { MxHost = host, Failure = TlsFailure.ValidationFailure });

    /// <summary>The host's TLSA records could not be had.</summary>
    public void NoTlsa(string domain, string host) =>
        Tell(new TlsAttempt(domain, TlsPolicyType.Tlsa, [], [host], host, null, TlsFailure.DnssecInvalid, time.GetUtcNow()));

    /// <summary>The domain announces a policy that cannot be had.</summary>
    public void NoPolicy(string domain, TlsFailure problem) =>
        Tell(new TlsAttempt(domain, TlsPolicyType.Sts, [], [], null, null, problem, time.GetUtcNow()));

    private static bool HasSts(StsFinding sts) => sts.Entry is { Policy.Mode: not MtaStsMode.None };

    private TlsAttempt Sts(string domain, StsFinding sts) => new(
        domain,
        TlsPolicyType.Sts,
        [.. sts.Entry!.Raw.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
        sts.Entry.Policy.Patterns,
        null,
        null,
        null,
        time.GetUtcNow());

    private TlsAttempt? Tlsa(string domain, DaneFinding dane) => dane switch
    {
        DaneFinding.Usable usable => Tlsa(domain, usable.Records, usable.BaseDomain),
        DaneFinding.Unusable unusable => Tlsa(domain, unusable.Records, unusable.BaseDomain),
        _ => null,
    };

    private TlsAttempt Tlsa(string domain, IReadOnlyList<TlsaEntry> records, string name) =>
        new(domain, TlsPolicyType.Tlsa, [.. records.Select(record => record.ToString())], [name], null, null, null, time.GetUtcNow());

    private void Tell(TlsAttempt attempt) => listener()?.Invoke(attempt);
}
