using Sealpost.Consent;
using Sealpost.Delivery.Smime;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Certificates;

/// <summary>Finds the certificate that a message to a patient may be sealed to now: given for this very mailbox, and good by every check at this moment.</summary>
internal sealed class FindCertificate(OrganisationContext context, SmimeMail smime)
{
    private readonly CertificateRows _rows = new(context);

    /// <summary>Whether the patient has one at all: a cheap look before a connection is made for it.</summary>
    public Task<bool> AnyAsync(PatientNumber patient, CancellationToken cancellationToken) => _rows.AnyAsync(patient, cancellationToken);

    /// <summary>Patients who have one.</summary>
    public Task<HashSet<PatientNumber>> AllAsync(CancellationToken cancellationToken) => _rows.AllAsync(cancellationToken);

    /// <summary>The certificate; null where there is none that is good. Its authority is asked where it says that it can be.</summary>
    public async Task<VerifiedCertificate?> ForAsync(Chart chart, ConsentState state, string mailbox, CancellationToken cancellationToken)
    {
        var spellings = Spellings(chart.Head, state, mailbox);
        foreach (var (_, record) in await _rows.OfAsync(chart.Number, cancellationToken).ConfigureAwait(false))
        {
            if (record.Address != mailbox)
                continue;
            using var offered = OfferedCertificate.Of(record.Certificate, record.Others);
            if ((await smime.Check.VerifyAsync(offered, spellings, record.ConfirmedBy.Length > 0, cancellationToken).ConfigureAwait(false)).Verified is { } verified)
                return verified;
        }

        return null;
    }

    /// <summary>Whether a certificate would do by all checks that ask nobody: for forecasts.</summary>
    public async Task<bool> IsLikelyAsync(Chart chart, ConsentState state, string mailbox, CancellationToken cancellationToken)
    {
        var spellings = Spellings(chart.Head, state, mailbox);
        foreach (var (_, record) in await _rows.OfAsync(chart.Number, cancellationToken).ConfigureAwait(false))
        {
            using var offered = OfferedCertificate.Of(record.Certificate, record.Others);
            if (record.Address == mailbox && smime.Check.JudgeHere(offered, spellings, record.ConfirmedBy.Length > 0) is null)
                return true;
        }

        return false;
    }

    /// <summary>The spellings that the record has of a mailbox: its local part is compared letter by letter (RFC 5321 §2.4).</summary>
    internal static IReadOnlyCollection<string> Spellings(ChartHead head, ConsentState state, string mailbox) =>
    [
        .. head.ContactPoints.Select(point => point.Value)
            .Concat(state.Restrictions.Where(restriction => restriction.Kind == RestrictionKinds.Address).Select(restriction => restriction.Value))
            .OfType<string>().Select(value => value.Trim()).Where(value => EmailAddress.Normalise(value) == mailbox).Append(mailbox).Distinct(StringComparer.Ordinal),
    ];
}
