using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Delivery.Smime;

/// <summary>What an authority says of its certificate.</summary>
internal enum RevocationStanding
{
    /// <summary>Proven good, or the certificate names no place where revocations are published.</summary>
    Good,

    /// <summary>Revoked, or on hold.</summary>
    Revoked,

    /// <summary>A place is named and no valid proof came from there.</summary>
    Unknown,
}

/// <summary>Asks authorities whether certificates were revoked: OCSP first (RFC 6960), else the list (RFC 5280 §6.3). An answer that cannot be had is no "good". Thread-safe.</summary>
internal sealed class CheckRevocation : IDisposable
{
    /// <summary>How long an answer is remembered at most: a revocation is known to us within this time after its authority says it.</summary>
    internal static TimeSpan RememberFor { get; } = TimeSpan.FromHours(1);

    private const int MostRemembered = 10_000;

    private readonly FetchStatus _fetch;
    private readonly AskOcsp _ocsp;
    private readonly ReadCrl _crl;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (RevocationStanding Standing, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    /// <param name="trust">Names hosts of the organisation's own.</param>
    /// <param name="time">Clock.</param>
    public CheckRevocation(Func<SmimeTrust> trust, TimeProvider time)
    {
        _time = time;
        _fetch = new FetchStatus(trust);
        _ocsp = new AskOcsp(_fetch, time);
        _crl = new ReadCrl(_fetch, time);
    }

    /// <summary>The worst standing on a path; its last certificate is the root, or an issuer that is taken as it is.</summary>
    public async Task<RevocationStanding> CheckAsync(IReadOnlyList<X509Certificate2> path, CancellationToken cancellationToken)
    {
        if (path.Count == 1)
            return IsSelfSigned(path[0]) || !RevocationPlaces.Of(path[0]).IsNamed ? RevocationStanding.Good : RevocationStanding.Unknown;
        var worst = RevocationStanding.Good;
        for (var i = 0; i < path.Count - 1; i++)
        {
            var standing = await CheckAsync(path[i], path[i + 1], cancellationToken).ConfigureAwait(false);
            if (standing == RevocationStanding.Revoked)
                return standing;
            worst = standing == RevocationStanding.Unknown ? standing : worst;
        }

        return worst;
    }

    /// <inheritdoc/>
    public void Dispose() => _fetch.Dispose();

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private async Task<RevocationStanding> CheckAsync(X509Certificate2 certificate, X509Certificate2 issuer, CancellationToken cancellationToken)
    {
        var places = RevocationPlaces.Of(certificate);
        if (!places.IsNamed)
            return RevocationStanding.Good;
        var key = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        var now = _time.GetUtcNow();
        if (_known.TryGetValue(key, out var known) && now < known.Until)
            return known.Standing;
        var answer = await AskAsync(places, certificate, issuer, cancellationToken).ConfigureAwait(false);
        // What could not be asked is asked anew; only an authority's word is remembered.
        if (answer is null)
            return RevocationStanding.Unknown;
        if (_known.Count >= MostRemembered)
            _known.Clear();
        var until = now + RememberFor;
        _known[key] = (answer.Standing, answer.GoodUntil < until ? answer.GoodUntil : until);
        return answer.Standing;
    }

    private async Task<RevocationAnswer?> AskAsync(RevocationPlaces places, X509Certificate2 certificate, X509Certificate2 issuer, CancellationToken cancellationToken)
    {
        foreach (var url in places.Ocsp)
        {
            if (await _ocsp.AskAsync(url, certificate, issuer, cancellationToken).ConfigureAwait(false) is { } answer)
                return answer;
        }

        foreach (var url in places.Crls)
        {
            if (await _crl.ReadAsync(url, certificate, issuer, cancellationToken).ConfigureAwait(false) is { } answer)
                return answer;
        }

        return null;
    }
}

/// <summary>An authority's signed word.</summary>
/// <param name="Standing">Good or revoked.</param>
/// <param name="GoodUntil">UTC instant from which there is newer word.</param>
internal sealed record RevocationAnswer(RevocationStanding Standing, DateTimeOffset GoodUntil);
