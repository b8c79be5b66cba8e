namespace Sealpost.Delivery.Domains;

/// <summary>Looks at a sender domain from outside, as receivers do, and says what is right, what is wrong, what to publish and how to mend it.</summary>
internal sealed class CheckDomain : IDisposable
{
    private readonly AskDns _dns;
    private readonly HttpsPages _pages;
    private readonly TimeProvider _time;

    /// <summary>Creates it.</summary>
    /// <param name="options">Whose DNS server is asked and whose roots are trusted.</param>
    /// <param name="time">Clock.</param>
    public CheckDomain(DeliveryOptions options, TimeProvider time) => (_dns, _pages, _time) = (new AskDns(options.DnsServer), new HttpsPages(options, time), time);

    /// <summary>Port of MTA-STS policy pages.</summary>
    /// <value>Default 443.</value>
    public int PolicyPort { get; init; } = 443;

    /// <summary>Checks. Nothing is sent.</summary>
    public async Task<DomainReport> RunAsync(SenderDomain domain, CancellationToken cancellationToken)
    {
        var sending = new CheckSending(_dns);
        var (known, findings) = await sending.RunAsync(domain, cancellationToken).ConfigureAwait(false);
        // All at once: where DNS is slow or dead, each question waits its whole time.
        Task<IReadOnlyList<DomainFinding>>[] checks =
        [
            new CheckDkim(_dns).RunAsync(known, cancellationToken),
            new CheckSpf(_dns).RunAsync(known, cancellationToken),
            new CheckDmarc(_dns).RunAsync(known, cancellationToken),
            Task.FromResult(findings),
            new CheckReceiving(_dns, _pages, PolicyPort, _time).RunAsync(known, cancellationToken),
            new CheckBimi(_dns, _pages, _time).RunAsync(known, cancellationToken),
        ];
        return new DomainReport(domain.Domain, _time.GetUtcNow(), [.. (await Task.WhenAll(checks).ConfigureAwait(false)).SelectMany(found => found)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();
}
