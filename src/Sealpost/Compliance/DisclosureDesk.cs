using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Compliance;

/// <summary>Accounting of disclosures, and one patient's record of messages. 45 CFR 164.528.</summary>
/// <remarks>
/// Ordinary mail to the patient, and what an authorization covers, is not accountable (164.528(a)(1)); what is, people record: misdirected
/// mail, information given to a party without an agreement, subpoenas, public health.
/// </remarks>
/// <param name="context">The organisation.</param>
internal sealed class DisclosureDesk(OrganisationContext context)
{
    /// <summary>Years that an accounting goes back.</summary>
    public const int Years = 6;

    private const string Accounted = "disclosure.accounted";

    private DisclosureRows Rows => new(context);

    /// <summary>Records a disclosure of one or several patients' information; returns its number.</summary>
    /// <exception cref="RefusedException">An element is missing, or nobody is named.</exception>
    public Task<long> RecordAsync(IReadOnlyCollection<PatientNumber> patients, DisclosureDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, "record disclosures");
        if (patients.Count == 0)
            throw new RefusedException("Nobody's information is named; nothing was recorded.");
        var disclosure = draft.ToDisclosure(context.Today);
        return context.Database.WriteAsync((transaction, token) => Rows.AddAsync(disclosure, patients, actor.Id, transaction, token), cancellationToken);
    }

    /// <summary>Draws up a patient's accounting of the last six years. An audited read.</summary>
    /// <exception cref="RefusedException">The actor may not, or the patient was erased.</exception>
    public async Task<DisclosureAccounting> AccountAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.SeePatients, "read a patient's disclosures and messages");
        var chart = await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };
        var before = await GivenAsync(patient, cancellationToken).ConfigureAwait(false);
        await NoteAsync("patient.read", patient, "disclosures", actor, cancellationToken).ConfigureAwait(false);
        var person = await Rows.PersonAsync(patient, cancellationToken).ConfigureAwait(false);
        var from = context.Today.AddYears(-Years);
        return new DisclosureAccounting(chart.Head.DisplayId, from, context.Today)
        {
            Disclosures = await Rows.OfAsync(person, from, cancellationToken).ConfigureAwait(false),
            Messages = await MessagesAsync(person, cancellationToken).ConfigureAwait(false),
            GivenBefore = before,
        };
    }

    /// <summary>The accounting as a page to hand over, and the record that it was given: 164.528(d).</summary>
    public async Task<string> GiveAsync(PatientNumber patient, DisclosureAccounting accounting, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(RoleSets.SeePatients, "give an accounting of disclosures");
        await NoteAsync(Accounted, patient, null, actor, cancellationToken).ConfigureAwait(false);
        return AccountingHtml.Of(accounting, context.Organisation.Name, context.Organisation.PostalAddress);
    }

    private Task<long> NoteAsync(string kind, PatientNumber patient, string? subject, Actor actor, CancellationToken cancellationToken) => context.Database.WriteAsync(
        (transaction, token) => context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, kind, actor.Id, patient, subject, "done"), transaction, token), cancellationToken);

    private async Task<IReadOnlyList<PatientMessage>> MessagesAsync(IReadOnlyCollection<PatientNumber> person, CancellationToken cancellationToken)
    {
        var names = (await new CampaignStore(context).ListAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(campaign => campaign.Id, campaign => campaign.Name);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, $"SELECT campaign, state, changed_at, tier FROM delivery WHERE org = @org AND patient IN ({string.Join(',', person)}) ORDER BY changed_at DESC", ("@org", context.Organisation.Id.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var messages = new List<PatientMessage>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (campaign, tier) = (reader.GetInt64(0), reader.GetInt64(3));
            messages.Add(new PatientMessage(campaign, names.GetValueOrDefault(campaign, ""), (Outcome)reader.GetInt64(1), Sql.Instant(reader.GetInt64(2)), tier == 0 ? null : (Tier)tier));
        }

        return messages;
    }

    private async Task<DateTimeOffset?> GivenAsync(PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT MAX(at) FROM ledger_entry WHERE org = @org AND patient = @patient AND kind = @kind",
            ("@org", context.Organisation.Id.Value), ("@patient", patient.Value), ("@kind", Accounted));
        var at = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        return at is null or DBNull ? null : Sql.Instant(Convert.ToInt64(at, CultureInfo.InvariantCulture));
    }
}
