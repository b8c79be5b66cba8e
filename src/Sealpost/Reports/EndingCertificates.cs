using System.Globalization;
using Sealpost.Certificates;
using Sealpost.Delivery.Smime;
using Sealpost.Organisations;

namespace Sealpost.Reports;

/// <summary>A certificate that ends soon, or has ended.</summary>
/// <param name="Words">Which, when, and what to do, in a sentence; names no patient.</param>
/// <param name="EndsAt">UTC.</param>
public sealed record EndingCertificate(string Words, DateTimeOffset EndsAt);

/// <summary>Finds certificates that end soon: the organisation's for signing, patients' own, and that of the public URL.</summary>
/// <param name="context">The organisation.</param>
/// <param name="signer">Its signing key, as it is now.</param>
/// <param name="publicUrl">When the certificate of the public URL ends; null where none can be seen.</param>
internal sealed class EndingCertificates(OrganisationContext context, Func<SmimeSigner?> signer, Func<CancellationToken, Task<DateTimeOffset?>> publicUrl) : IDisposable
{
    /// <summary>What people renew is told so long before.</summary>
    public static TimeSpan Soon { get; } = TimeSpan.FromDays(30);

    /// <summary>What machines renew should have been renewed by then.</summary>
    public static TimeSpan SoonForMachines { get; } = TimeSpan.FromDays(14);

    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private Seen? _seen;

    /// <summary>Those that end soon or have ended, first end first.</summary>
    public async Task<IReadOnlyList<EndingCertificate>> RunAsync(CancellationToken cancellationToken)
    {
        var seen = await SeenAsync(cancellationToken).ConfigureAwait(false);
        var now = context.Time.GetUtcNow();
        var found = new List<EndingCertificate>();
        if (signer() is { } own && own.ValidUntil - now < Soon)
            found.Add(new EndingCertificate($"Your S/MIME signing certificate {Ends(own.ValidUntil, now)}: import its successor, or sealed messages leave unsigned.", own.ValidUntil));
        if (seen.Patients.Where(end => end - now < Soon && end > now).Order().ToList() is { Count: > 0 } patients)
            found.Add(new EndingCertificate($"S/MIME certificates of {SmallCells.Show(patients.Count)} patients end within 30 days, the first on {Day(patients[0])}: ask for their successors, or what needs them waits on the patients' page.", patients[0]));
        if (seen.PublicUrl is { } url && url - now < SoonForMachines)
            found.Add(new EndingCertificate($"The certificate of {context.Organisation.PublicUrl.Host} {Ends(url, now)}: renew it, or patients' links and unsubscribing stop working.", url));
        return [.. found.OrderBy(one => one.EndsAt)];
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    // Every patient's certificate is opened for it: not at every look at a page.
    private async Task<Seen> SeenAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_seen is { } known && context.Time.GetElapsedTime(known.ReadAt) < KeepFor)
                return known;
            var patients = await new CertificateRows(context).EndsAsync(cancellationToken).ConfigureAwait(false);
            return _seen = new Seen(context.Time.GetTimestamp(), patients, await publicUrl(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _reading.Release();
        }
    }

    private string Ends(DateTimeOffset end, DateTimeOffset now) => (end <= now ? "ended on " : "ends on ") + Day(end);

    private string Day(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, context.Organisation.TimeZone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record Seen(long ReadAt, IReadOnlyList<DateTimeOffset> Patients, DateTimeOffset? PublicUrl);
}
