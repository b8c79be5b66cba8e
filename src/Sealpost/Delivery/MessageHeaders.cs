namespace Sealpost.Delivery;

/// <summary>Headers of one message besides what was rendered.</summary>
/// <param name="To">Recipient mailbox.</param>
/// <param name="MessageId">Without angle brackets; opaque, such as <c>random@domain</c>.</param>
/// <param name="Date">Header Date, and the time of the signatures.</param>
/// <param name="FeedbackId">Opaque Feedback-ID, or null.</param>
/// <param name="Bulk">Mark as bulk (Precedence, List-Unsubscribe); always with one-click.</param>
public sealed record MessageHeaders(string To, string MessageId, DateTimeOffset Date, string? FeedbackId, bool Bulk)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
