using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.Compliance;

/// <summary>Destroys a patient's key and record, in old backups too. Opt-outs stay: they are keyed by address and outlive the record.</summary>
/// <param name="context">The organisation.</param>
/// <param name="changed">Told of the patient, so that audiences forget them.</param>
internal sealed class ErasePatient(OrganisationContext context, PatientsChanged changed)
{
    /// <summary>What is said before it is done.</summary>
    public const string Consequence = "This destroys the patient's key: the record cannot be read again, not even from a backup. Opt-outs stay in force.";

    /// <summary>Whoever may do it.</summary>
    public const Roles Erasers = Roles.Administrator | Roles.Compliance;

    /// <summary>Erases, at once and for good. A ledger event.</summary>
    /// <exception cref="RefusedException">The actor may not, or there is no such patient any more.</exception>
    public async Task RunAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Erasers, "erase patients");
        if (!await context.Patients.EraseAsync(patient, actor.Id, cancellationToken).ConfigureAwait(false))
            throw new RefusedException("There is no such patient, or the patient was already erased.") { Kind = RefusalKind.NotFound };
        await changed([patient], cancellationToken).ConfigureAwait(false);
    }
}
