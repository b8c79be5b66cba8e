using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Consent.Forms;

namespace Sealpost.ForPatients;

/// <summary>What a patient typed and ticked to sign a form.</summary>
/// <param name="Name">Full name as typed: the signature. 15 USC 7006(5).</param>
/// <param name="AgreesElectronically">Agrees to sign electronically. 15 USC 7001(c)(1).</param>
/// <param name="HasRead">Has read the form and signs it.</param>
/// <param name="BirthDate">Answer to the extra question.</param>
/// <param name="Zip">Answer to the extra question.</param>
internal sealed record SignatureAnswer(string Name, bool AgreesElectronically, bool HasRead, DateOnly? BirthDate, string Zip)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Why a form was not signed.</summary>
[Flags]
internal enum SignatureProblems
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>No full name.</summary>
    Name = 1,

    /// <summary>Did not agree to sign electronically.</summary>
    Electronic = 2,

    /// <summary>Did not say that it was read and is signed.</summary>
    Read = 4,

    /// <summary>Birth date or ZIP code is not as on record.</summary>
    Identity = 8,

    /// <summary>The extra question is locked.</summary>
    Locked = 16,

    /// <summary>The record lacks what would be asked.</summary>
    CannotAsk = 32,

    /// <summary>Too many wrong answers came from the same network.</summary>
    NetworkLocked = 64,
}

/// <summary>What became of a signature.</summary>
/// <param name="Problems">Why not, where it was not taken.</param>
/// <param name="Authorization">Number of the authorization; 0 where it was not taken.</param>
/// <param name="Document">The signed text.</param>
internal sealed record SignatureResult(SignatureProblems Problems, long Authorization, string Document)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Authorizations as patients read, sign and revoke them themselves. 45 CFR 164.508.</summary>
/// <param name="visit">Who.</param>
/// <param name="sending">Takes opt-outs, so that running campaigns and the journal know at once.</param>
internal sealed class Authorizations(PatientVisit visit, SendCampaign sending)
{
    /// <summary>How long the proof of a right answer opens the copy.</summary>
    public static TimeSpan ProofFor { get; } = TimeSpan.FromMinutes(30);

    private const int ShortestName = 3;
    private const int LongestName = 200;

    /// <summary>Those in force today, newest first.</summary>
    public static IEnumerable<MarketingAuthorization> InForce(PatientVisit visit) => visit.State.Authorizations.Where(authorization =>
        authorization.RevokedAt is null
        && !(authorization.ExpiresOn < visit.Organisation.Today)
        && !(authorization.ExpiryEventOn <= visit.Organisation.Today));

    /// <summary>Who offers forms.</summary>
    public static FormOfferer Offerer(PatientVisit visit) =>
        new(visit.Organisation.Organisation.Name, visit.Organisation.Organisation.PostalAddress, visit.Organisation.Organisation.PublicUrl.Host);

    /// <summary>Forms on offer.</summary>
    public Task<IReadOnlyList<AuthorizationForm>> FormsAsync(CancellationToken cancellationToken) => FormsOf(visit.Organisation).OfferedAsync(cancellationToken);

    /// <summary>The organisation's forms.</summary>
    public static AuthorizationForms FormsOf(Organisations.OrganisationContext organisation) => new(organisation.Database, organisation.Keys, organisation.Ledger, organisation.Time);

    /// <summary>The text of a form for this patient.</summary>
    public AuthorizationText TextOf(AuthorizationForm form, string language) =>
        AuthorizationText.Of(form, Offerer(visit), (visit.Chart ?? throw new RefusedException("The patient was erased.")).Head, visit.Organisation.Today, language);

    /// <summary>Signs a form; the answer to the extra question is looked at last, and only where everything else is there.</summary>
    public async Task<SignatureResult> SignAsync(AuthorizationForm form, string language, SignatureAnswer answer, CancellationToken cancellationToken)
    {
        var name = string.Join(' ', answer.Name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var problems = (name.Length is < ShortestName or > LongestName || name.Any(char.IsControl) ? SignatureProblems.Name : SignatureProblems.None)
            | (answer.AgreesElectronically ? SignatureProblems.None : SignatureProblems.Electronic)
            | (answer.HasRead ? SignatureProblems.None : SignatureProblems.Read);
        if (problems == SignatureProblems.None)
            problems = await VerifyAsync(answer.BirthDate, answer.Zip, cancellationToken).ConfigureAwait(false);
        if (problems != SignatureProblems.None)
            return new SignatureResult(problems, 0, "");

        var now = visit.Organisation.Time.GetUtcNow();
        var text = TextOf(form, language);
        var document = text.Signed(Offerer(visit), name, now, visit.Organisation.Organisation.TimeZone);
        var id = await visit.Organisation.Consent.SignAsync(visit.Patient, Record(form, text, name, now), document, cancellationToken).ConfigureAwait(false);
        return new SignatureResult(SignatureProblems.None, id, document);
    }

    /// <summary>Revokes in writing, effective before this returns; a running campaign withholds. 45 CFR 164.508(b)(5). False where the patient has no such authorization.</summary>
    public async Task<bool> RevokeAsync(long authorization, CancellationToken cancellationToken)
    {
        if (!await visit.Organisation.Consent.RevokeAsync(visit.Patient, authorization, "page", "patient", cancellationToken).ConfigureAwait(false))
            return false;

        // The journal lies outside the backup: what was revoked stays stopped after a restore. A new form opens it again.
        await sending.UnsubscribeAsync(visit.Link.ToText(visit.Organisation.Keys), SuppressionScope.Offers, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Looks at an answer to the extra question.</summary>
    public async Task<SignatureProblems> VerifyAsync(DateOnly? birthDate, string zip, CancellationToken cancellationToken) =>
        visit.Chart is not { } chart ? SignatureProblems.CannotAsk
        : await new PatientFactor(visit.Organisation.Database, visit.Organisation.Organisation.Id, visit.Organisation.Ledger, visit.Organisation.Time)
            .CheckAsync(chart, birthDate, zip, visit.Organisation.Today, cancellationToken).ConfigureAwait(false) switch
        {
            FactorResult.Right => SignatureProblems.None,
            FactorResult.Locked => SignatureProblems.Locked,
            FactorResult.Impossible => SignatureProblems.CannotAsk,
            _ => SignatureProblems.Identity,
        };

    /// <summary>A proof, for inside a page, that the question was answered a moment ago; it opens the copy of one authorization.</summary>
    public string ProofFrom(long authorization) => new PatientLink(
        PatientLinkKind.Proof, visit.Link.Campaign, visit.Patient, visit.Link.Mailbox, authorization, visit.Organisation.Time.GetUtcNow() + ProofFor).ToText(visit.Organisation.Keys);

    /// <summary>The signed text that a proof opens; null where the proof is not this patient's, has ended, or the text is not here. Noted as a copy given.</summary>
    public async Task<(long Authorization, string Document)?> CopyAsync(string proof, CancellationToken cancellationToken)
    {
        if (PatientLink.Read(visit.Organisation.Keys, PatientLinkKind.Proof, proof) is not { } link
            || link.Patient != visit.Patient || link.IsExpired(visit.Organisation.Time.GetUtcNow())
            || visit.State.Authorizations.All(authorization => authorization.Id != link.Subject)
            || await visit.Organisation.Consent.Documents.ReadAsync(link.Subject, cancellationToken).ConfigureAwait(false) is not { } document)
            return null;
        await visit.Organisation.Consent.Documents.GiveCopyAsync(visit.Patient, link.Subject, SignedDocuments.ByDownload, "patient", cancellationToken).ConfigureAwait(false);
        return (link.Subject, document);
    }

    private MarketingAuthorization Record(AuthorizationForm form, AuthorizationText text, string name, DateTimeOffset now) => new()
    {
        Purposes = form.Purposes,
        InfoDescription = form.In(text.Language).Information,
        Categories = form.Categories,
        Disclosers = form.Disclosers,
        Recipients = form.Recipients,
        ExpiresOn = text.ExpiresOn,
        SignedOn = visit.Organisation.Today,
        SignatureKind = "electronic",
        StatesRevocation = true,
        StatesNoConditioning = true,
        StatesRedisclosure = true,
        StatesRemuneration = form.Payer is not null,
        Standalone = true,
        PlainLanguage = true,
        CopyGivenOn = visit.Organisation.Today,
        CopyMethod = SignedDocuments.OnPage,
        Form = form.Id,
        Language = text.Language,
        SignerName = name,
        SignedAt = now,
        IdentityProof = PatientFactor.Name,
    };
}
