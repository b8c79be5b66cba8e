using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>A message sealed to its patient, and the transport gate's leave for it. Dispose it.</summary>
internal sealed record SealedMessage(TransportDecision.Permit Way, SignedMessage Message) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Message.Dispose();

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
