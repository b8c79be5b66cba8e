using Sealpost.Certificates;
using Sealpost.Delivery.Smime;

namespace Sealpost.App.Hosting;

/// <content>S/MIME: patients' certificates and the organisation's own.</content>
internal sealed partial class OpenOrganisation
{
    private readonly SmimeMail _smime;

    /// <summary>Patients' certificates.</summary>
    public PatientCertificates Certificates => new(Context, _smime, PolicyAsync, ChangedAsync);

    /// <summary>The organisation's signing certificate.</summary>
    public SigningKeys SigningKeys => new(Context, _smime);
}
