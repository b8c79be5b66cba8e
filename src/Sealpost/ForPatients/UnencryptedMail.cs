using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.ForPatients;

/// <summary>What became of a patient's own request for unencrypted email.</summary>
internal enum WishResult
{
    /// <summary>Recorded.</summary>
    Recorded,

    /// <summary>No kind of message was chosen, or the statement was not ticked.</summary>
    Incomplete,

    /// <summary>Date of birth or ZIP code is wrong.</summary>
    Wrong,

    /// <summary>Too many wrong answers.</summary>
    Locked,

    /// <summary>The record lacks what would be asked for, or no longer has the mailbox.</summary>
    Impossible,
}

/// <summary>Unencrypted email by the patient's own wish: recorded with the warning that was shown, for one address and some purposes, and withdrawn at any time. 78 FR 5566, 5634.</summary>
internal sealed class UnencryptedMail(OrganisationContext context)
{
    private const Roles Keepers = Roles.Compliance | Roles.Administrator;

    /// <summary>Records what a patient said on the telephone or on paper, after the warning was read out or shown; its number.</summary>
    /// <param name="patient">Whose wish.</param>
    /// <param name="wish">All of it but the number and who records it.</param>
    /// <param name="actor">Who records it.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="RefusedException">No right, not the patient's address, or a part is missing.</exception>
    public async Task<long> RecordAsync(PatientNumber patient, UnencryptedWish wish, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "record a patient's wish for unencrypted email");
        if (wish.Method == "web")
            throw new RefusedException("What a patient asks on our page is recorded by the page itself. Say how you were told: phone or paper.");
        if (wish.ShownAt > context.Time.GetUtcNow())
            throw new RefusedException("The warning cannot have been shown in the future. Give the day on which it was.");
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        var mailbox = EmailAddress.Normalise(wish.Address);
        if (mailbox is null || !MailboxesOf(chart).Contains(mailbox, StringComparer.Ordinal))
            throw new RefusedException("The wish covers one of the patient's own addresses, as the record has it. Import the address first, or correct it.");
        return await StoreAsync(patient, wish with { Address = mailbox, RecordedBy = actor.Id }, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records what the patient asks for on our page: nothing is chosen beforehand, and the patient shows who they are.</summary>
    /// <param name="visit">Who came.</param>
    /// <param name="topics">Kinds of messages that the patient ticked.</param>
    /// <param name="stated">Ticked the statement below the warning.</param>
    /// <param name="identity">Date of birth and ZIP code as typed.</param>
    /// <param name="spanish">The page's language.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<WishResult> AskAsync(PatientVisit visit, IReadOnlyCollection<Topic> topics, bool stated, (DateOnly? BirthDate, string Zip) identity, bool spanish, CancellationToken cancellationToken)
    {
        if (visit.Chart is not { } chart || visit.Mailbox is not { } mailbox)
            return WishResult.Impossible;
        if (topics.Count == 0 || !stated)
            return WishResult.Incomplete;
        var factor = new PatientFactor(context.Database, context.Organisation.Id, context.Ledger, context.Time);
        var proof = await factor.CheckAsync(chart, identity.BirthDate, identity.Zip, context.Today, cancellationToken).ConfigureAwait(false);
        if (proof != FactorResult.Right)
            return proof switch { FactorResult.Locked => WishResult.Locked, FactorResult.Impossible => WishResult.Impossible, _ => WishResult.Wrong };
        var wish = new UnencryptedWish
        {
            Address = mailbox,
            Purposes = [.. Enum.GetValues<Purpose>().Where(purpose => topics.Contains(Topics.Of(purpose)))],
            Warning = UnencryptedWarning.Present,
            Language = spanish ? "es" : "en",
            ShownAt = context.Time.GetUtcNow(),
            Method = "web",
            Statement = UnencryptedWarning.Statement(spanish),
            RecordedBy = "patient",
            IdentityProofing = PatientFactor.Name,
        };
        await StoreAsync(visit.Patient, wish, "patient", cancellationToken).ConfigureAwait(false);
        return WishResult.Recorded;
    }

    /// <summary>A patient's wishes in force. An audited read.</summary>
    /// <exception cref="RefusedException">No right.</exception>
    public async Task<IReadOnlyList<UnencryptedWish>> ListAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Keepers | Roles.Auditor, "read a patient's wishes");
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, patient, "unencrypted", "done"), transaction, token), cancellationToken).ConfigureAwait(false);
        return [.. UnencryptedWish.Of(await StateAsync(patient, cancellationToken).ConfigureAwait(false))];
    }

    /// <summary>Withdraws a patient's wish, effective at once; all of them with null. Returns how many.</summary>
    /// <exception cref="RefusedException">No right.</exception>
    public Task<int> WithdrawAsync(PatientNumber patient, long? wish, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "withdraw a patient's wish for unencrypted email");
        return EndAsync(patient, wish, actor.Id, cancellationToken);
    }

    /// <summary>The patient takes it back: nothing to prove, since it only protects.</summary>
    public Task<int> WithdrawAsync(PatientVisit visit, CancellationToken cancellationToken) => EndAsync(visit.Patient, null, "patient", cancellationToken);

    private async Task<int> EndAsync(PatientNumber patient, long? wish, string actor, CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var one in UnencryptedWish.Of(await StateAsync(patient, cancellationToken).ConfigureAwait(false)).Where(one => wish is null || one.Id == wish).ToList())
        {
            if (await context.Consent.EndRestrictionAsync(patient, one.Id, "Withdrawn by the patient.", actor, cancellationToken).ConfigureAwait(false))
                ended++;
        }

        return ended;
    }

    private async Task<long> StoreAsync(PatientNumber patient, UnencryptedWish wish, string actor, CancellationToken cancellationToken)
    {
        if (UnencryptedWish.Read(wish.ToText()) is null)
            throw new RefusedException("A wish needs purposes, the language of the warning (en or es), how it was given (phone or paper), what the patient said, and how you knew that it was the patient.");
        // One wish an address: a newer one takes the older one's place.
        foreach (var older in UnencryptedWish.Of(await StateAsync(patient, cancellationToken).ConfigureAwait(false)).Where(one => one.Address == wish.Address).ToList())
            await context.Consent.EndRestrictionAsync(patient, older.Id, "Replaced by a newer wish.", actor, cancellationToken).ConfigureAwait(false);
        return await context.Consent.RestrictAsync(patient, RestrictionKinds.Unencrypted, wish.ToText(), actor, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ConsentState> StateAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        return (await context.Consent.LoadAsync([chart], cancellationToken).ConfigureAwait(false))[patient];
    }

    private static IEnumerable<string> MailboxesOf(Chart chart) => LookupKey.Of(chart.Head).Where(key => key.Kind == "email").Select(key => key.Value);
}
