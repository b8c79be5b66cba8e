namespace Sealpost.Trust.Ledger;

/// <summary>The installation's ledger signing key; the private part is wrapped by the key source, the public part is exported for auditors.</summary>
public sealed class LedgerKey : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
