using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>A message made for one hop, both gates asked, or why there is none. In memory only: dispose it after its last use.</summary>
internal sealed record ReadyMessage(MessageAttempt Attempt, ConnectResult Hop) : IDisposable
{
    /// <summary>How the path ended before a message was signed.</summary>
    public AttemptEnd? End { get; init; }

    /// <summary>The legal-basis permit.</summary>
    public ConsentDecision.Permit? Permit { get; init; }

    /// <summary>The message as rendered, to be sealed where the way alone is not good enough.</summary>
    public RenderedMessage? Rendered { get; init; }

    /// <summary>The message.</summary>
    public SignedMessage? Signed { get; init; }

    /// <summary>The transport permit; null where the gate said no.</summary>
    public TransportDecision.Permit? Way { get; init; }

    /// <summary>What MAIL and RCPT will say; null where they are not to be sent.</summary>
    public Envelope? Envelope => this is { Permit: { } permit, Signed: { } signed, Way: not null } ? Attempt.EnvelopeOf(permit, signed) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Signed?.Dispose();
        Rendered?.Dispose();
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
