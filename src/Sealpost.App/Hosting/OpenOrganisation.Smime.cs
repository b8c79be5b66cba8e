using Sealpost.Certificates;
using Sealpost.Delivery.Smime;
using Sealpost.Reports;

namespace Sealpost.App.Hosting;

/// <content>S/MIME: patients' certificates and the organisation's own.</content>
internal sealed partial class OpenOrganisation
{
    private readonly SmimeMail _smime;

    private EndingCertificates? _ending;

    /// <summary>Certificates that end soon.</summary>
    public Task<IReadOnlyList<EndingCertificate>> EndingCertificatesAsync(CancellationToken cancellationToken) =>
        LazyInitializer.EnsureInitialized(ref _ending, () => new EndingCertificates(Context, () => _smime.Signer, PublicUrlEndsAsync)).RunAsync(cancellationToken);

    // Who looks at a page does not wait long for a public URL that does not answer.
    private async Task<DateTimeOffset?> PublicUrlEndsAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), Context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return (await Probe.AskAsync(anew: false, linked.Token).ConfigureAwait(false)).CertificateEndsAt;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Probe.Last?.CertificateEndsAt;
        }
    }

    /// <summary>Patients' certificates.</summary>
    public PatientCertificates Certificates => new(Context, _smime, PolicyAsync, ChangedAsync);

    /// <summary>The organisation's signing certificate.</summary>
    public SigningKeys SigningKeys => new(Context, _smime);
}
