using Sealpost.Consent;
using Sealpost.Delivery.Smime;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Certificates;

/// <summary>Patients' S/MIME certificates: added after every check, shown as an audited read, removed at any time. Without one a message waits on our page instead; it never goes less protected.</summary>
/// <param name="context">The organisation.</param>
/// <param name="smime">Checks certificates.</param>
/// <param name="policy">The organisation's policy now.</param>
/// <param name="changed">Told after each commit, so that running campaigns look anew.</param>
internal sealed class PatientCertificates(OrganisationContext context, SmimeMail smime, Func<CancellationToken, Task<ConsentPolicy>> policy, PatientsChanged changed)
{
    private const Roles Keepers = Roles.Compliance | Roles.Administrator;

    // A clinical message about the patient's own care: what a certificate is for.
    private static readonly CampaignBasis Care = new(0, Purpose.Treatment, null, MessageClass.N2, new HashSet<string>(), [], new HashSet<string>()) { AudienceCodes = [] };

    private readonly CertificateRows _rows = new(context);

    /// <summary>Whether a person may add and remove certificates.</summary>
    public static bool MayKeep(Actor actor) => (actor.Roles & Keepers) != Roles.None;

    /// <summary>Whether a person may see them.</summary>
    public static bool MaySee(Actor actor) => (actor.Roles & (Keepers | Roles.Auditor)) != Roles.None;

    /// <summary>Adds a certificate for the address that mail to the patient goes to; its number. One for the same address is replaced.</summary>
    /// <param name="patient">Whose.</param>
    /// <param name="file">PEM or DER; its authorities' certificates may come along.</param>
    /// <param name="confirmed">A person's word on the fingerprint, where no trusted root stands behind it; null for none.</param>
    /// <param name="actor">Who adds it.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="RefusedException">No right, no usable address, or a check says no; the message says which and how to mend it.</exception>
    public async Task<long> AddAsync(PatientNumber patient, ReadOnlyMemory<byte> file, FingerprintConfirmed? confirmed, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "add patients' certificates");
        using var offered = OfferedCertificate.Read(file.Span);
        Check(confirmed, offered);
        var (chart, state, mailbox) = await OpenAsync(patient, cancellationToken).ConfigureAwait(false);
        if (mailbox is null)
            throw new RefusedException("Mail to this patient goes to no address now: there is none that is verified and in use. Mend that first.");
        var (verified, problem) = await smime.Check.VerifyAsync(offered, FindCertificate.Spellings(chart.Head, state, mailbox), confirmed is not null, cancellationToken).ConfigureAwait(false);
        if (verified is null)
            throw new RefusedException($"The certificate cannot be used. {CertificateProblems.Describe(problem!.Value)}");
        var record = new CertificateRecord
        {
            Address = mailbox,
            Certificate = offered.Leaf.RawData,
            Others = [.. offered.Others.Select(other => other.RawData)],
            ConfirmedBy = confirmed?.By.Trim() ?? "",
            Confirmation = confirmed?.How.Trim() ?? "",
            AddedBy = actor.Id,
            AddedAt = context.Time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        var older = (await _rows.OfAsync(patient, cancellationToken).ConfigureAwait(false)).Where(row => row.Record.Address == mailbox).Select(row => row.Id).ToList();
        var id = await _rows.AddAsync(patient, record, verified.Fingerprint, older, cancellationToken).ConfigureAwait(false);
        await changed([patient], CancellationToken.None).ConfigureAwait(false);
        return id;
    }

    /// <summary>A patient's certificates in use. An audited read.</summary>
    /// <exception cref="RefusedException">No right, or no such patient.</exception>
    public async Task<IReadOnlyList<PatientCertificate>> ListAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Keepers | Roles.Auditor, "see patients' certificates");
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, patient, "certificates", "done"), transaction, token), cancellationToken).ConfigureAwait(false);
        var (chart, state, mailbox) = await OpenAsync(patient, cancellationToken).ConfigureAwait(false);
        return [.. (await _rows.OfAsync(patient, cancellationToken).ConfigureAwait(false)).Select(row => Shown(row.Id, row.Record, chart, state, mailbox))];
    }

    /// <summary>Ends a certificate's use at once: what comes waits on our page.</summary>
    /// <exception cref="RefusedException">No right, or it is not in use.</exception>
    public async Task RemoveAsync(PatientNumber patient, long certificate, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Keepers, "remove patients' certificates");
        if (!await _rows.RemoveAsync(patient, certificate, actor.Id, cancellationToken).ConfigureAwait(false))
            throw new RefusedException("This patient has no such certificate in use.") { Kind = RefusalKind.NotFound };
        await changed([patient], CancellationToken.None).ConfigureAwait(false);
    }

    private static void Check(FingerprintConfirmed? confirmed, OfferedCertificate offered)
    {
        if (confirmed is null)
            return;
        var given = string.Concat(confirmed.Fingerprint.Where(char.IsAsciiHexDigit));
        if (!string.Equals(given, offered.Fingerprint, StringComparison.OrdinalIgnoreCase))
            throw new RefusedException("That is not the fingerprint of this certificate. It is the SHA-256 of the certificate, 64 hexadecimal digits, as the patient's mail program shows it.");
        if (string.IsNullOrWhiteSpace(confirmed.By) || string.IsNullOrWhiteSpace(confirmed.How))
            throw new RefusedException("Say who confirmed the fingerprint with the patient, and how: in person, or on the telephone number on record.");
    }

    private async Task<(Chart Chart, ConsentState State, string? Mailbox)> OpenAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        var state = (await context.Consent.LoadAsync([chart], cancellationToken).ConfigureAwait(false))[patient];
        return (chart, state, ChooseAddress.For(Care, chart.Head, state, await policy(cancellationToken).ConfigureAwait(false), context.Today).Mailbox);
    }

    private PatientCertificate Shown(long id, CertificateRecord record, Chart chart, ConsentState state, string? mailbox)
    {
        using var offered = OfferedCertificate.Of(record.Certificate, record.Others);
        var problem = smime.Check.JudgeHere(offered, FindCertificate.Spellings(chart.Head, state, record.Address), record.ConfirmedBy.Length > 0);
        return new PatientCertificate
        {
            Id = id,
            Address = record.Address,
            Subject = offered.Leaf.Subject,
            Issuer = offered.Leaf.Issuer,
            ValidFrom = OfferedCertificate.ValidityOf(offered.Leaf).From,
            ValidUntil = OfferedCertificate.ValidityOf(offered.Leaf).Until,
            Fingerprint = offered.Fingerprint,
            ConfirmedBy = record.ConfirmedBy.Length > 0 ? record.ConfirmedBy : null,
            Confirmation = record.Confirmation.Length > 0 ? record.Confirmation : null,
            AddedBy = record.AddedBy,
            AddedAt = DateTimeOffset.FromUnixTimeMilliseconds(record.AddedAt),
            Problem = problem ?? (record.Address == mailbox ? null : CertificateProblem.OtherAddress),
        };
    }
}
