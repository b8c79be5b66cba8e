using Sealpost.Campaigns.Pickup;

namespace Sealpost.ForPatients;

/// <summary>Where a link to a waiting message leads now.</summary>
internal enum PickupState
{
    /// <summary>The message can be read after a proof.</summary>
    Waiting,

    /// <summary>This link was used up, or a newer one was sent.</summary>
    Used,

    /// <summary>The link has ended.</summary>
    Ended,

    /// <summary>The message may not be shown any more: cancelled, revoked, another address.</summary>
    Gone,

    /// <summary>There were too many wrong proofs for this patient: none but a passkey is looked at until the lock ends.</summary>
    Locked,
}

/// <summary>What became of the wish for a new link.</summary>
internal enum RenewedLink
{
    /// <summary>The mail host took it.</summary>
    Sent,

    /// <summary>Another one was sent some minutes ago.</summary>
    TooSoon,

    /// <summary>No way led to the mailbox now.</summary>
    NotSent,

    /// <summary>It ended too long ago, or there were too many: the organisation has to be asked.</summary>
    Over,
}

/// <summary>A waiting message as its page shows it before a proof.</summary>
/// <param name="State">Where the link leads.</param>
/// <param name="Factors">Proofs that can be given.</param>
/// <param name="PhoneEnd">Last two digits of the number that codes go to.</param>
internal sealed record PickupDoor(PickupState State, IReadOnlyList<PickupFactor> Factors, string PhoneEnd)
{
    /// <summary>A code was sent and is still good.</summary>
    public bool CodeSent { get; init; }
}

/// <summary>What became of a proof.</summary>
/// <param name="Problem">Why the message is not shown; none where it is.</param>
/// <param name="Opened">The message, for this answer alone; null where it is not shown.</param>
internal sealed record PickupAnswer(SignatureProblems Problem, OpenedMessage? Opened)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>A message as it is shown once.</summary>
/// <param name="Shown">Rendered for this answer alone, with the files that come with it.</param>
/// <param name="By">The proof that opened it.</param>
/// <param name="Session">Opens it again in the same browser for <see cref="PickupMessage.OpenFor"/>; null where it was opened so.</param>
/// <param name="Proof">Proof, inside the page, that it was opened a moment ago: for a reply or a passkey.</param>
internal sealed record OpenedMessage(WaitingMessage Shown, PickupFactor By, string? Session, string Proof)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
