namespace Sealpost.Delivery.Smime;

/// <summary>What an organisation's sending needs for S/MIME: whose certificates it trusts, and its own signing key. Thread-safe; one for each organisation and process.</summary>
public sealed class SmimeMail : IDisposable
{
    private readonly CheckRevocation _revocation;
    private volatile SmimeTrust _trust;
    private volatile SmimeSigner? _signer;

    /// <summary>Creates it.</summary>
    public SmimeMail(SmimeTrust trust, SmimeSigner? signer, TimeProvider time)
    {
        (_trust, _signer) = (trust, signer);
        _revocation = new CheckRevocation(() => _trust, time);
        Check = new CheckCertificate(() => _trust, _revocation, time);
    }

    /// <summary>Signs before sealing; null where the organisation has no signing certificate, and then messages are sealed alone.</summary>
    public SmimeSigner? Signer => _signer;

    internal CheckCertificate Check { get; }

    /// <summary>Goes on by other settings.</summary>
    public void Use(SmimeTrust trust) => _trust = trust;

    /// <summary>Goes on with another signing key, or none; the one before is not disposed, since a message under way may need it.</summary>
    public void Use(SmimeSigner? signer) => _signer = signer;

    /// <inheritdoc/>
    public void Dispose()
    {
        _revocation.Dispose();
        _signer?.Dispose();
    }
}
