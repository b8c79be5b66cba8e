using System.Data.Common;
using System.Globalization;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Reports;

/// <summary>Finds a patient and reads their record: chart in words, addresses, legal basis, messages. Every look is a ledger event, written before anything is shown. 45 CFR 164.312(b).</summary>
/// <param name="context">The organisation.</param>
/// <param name="policy">Its policy now.</param>
internal sealed class ReadPatientRecord(OrganisationContext context, Func<CancellationToken, Task<ConsentPolicy>> policy)
{
    /// <summary>Most messages in a page.</summary>
    public const int LargestPage = 100;

    /// <summary>Patients shown for one id or address; more is no look-up but a list.</summary>
    private const int MostFound = 25;

    private const Roles Finders = Roles.Compliance | Roles.Administrator | Roles.Auditor;
    private const Roles ChartReaders = Roles.Compliance | Roles.Administrator;
    private const Roles MessageReaders = Roles.Compliance | Roles.Auditor;

    /// <summary>Whether a person may look for patients.</summary>
    public static bool MayFind(Actor actor) => (actor.Roles & Finders) != Roles.None;

    /// <summary>Whether a person may see a patient's messages and legal basis.</summary>
    public static bool MayReadMessages(Actor actor) => (actor.Roles & MessageReaders) != Roles.None;

    /// <summary>Patients known by an id as listed, an MRN or another identifier, or an email address; none where nobody is.</summary>
    /// <exception cref="RefusedException">The actor may not, or nothing was given.</exception>
    public async Task<IReadOnlyList<AudiencePatient>> FindAsync(string known, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Finders, "look for patients");
        var id = known.Trim();
        if (id.Length is 0 or > 320)
            throw new RefusedException("Give the patient's id, an MRN or another identifier, or an email address.");
        List<LookupKey> keys = [new("source", $"fhir|Patient/{id}"), new("value", id)];
        if (EmailAddress.Normalise(id) is { } mailbox)
            keys.Add(new LookupKey("email", mailbox));
        var found = await context.Patients.FindAsync(keys, cancellationToken).ConfigureAwait(false);
        List<PatientNumber> numbers = [.. found.Values.SelectMany(numbers => numbers).Distinct().OrderBy(number => number.Value).Take(MostFound)];
        if (numbers.Count == 0)
            return [];
        await NoteAsync(numbers, "record.find", actor, cancellationToken).ConfigureAwait(false);
        return [.. (await context.Patients.OpenManyAsync(numbers, cancellationToken).ConfigureAwait(false)).Select(AudiencePatient.Of)];
    }

    /// <summary>Whether there is such a patient. Tells nothing of them, so it is no ledger event.</summary>
    /// <exception cref="RefusedException">The actor may not read records.</exception>
    public Task<bool> IsThereAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Finders, "read a patient's record");
        return context.Patients.HasAsync(patient, cancellationToken);
    }

    /// <summary>The record, as far as the actor's role has need of it.</summary>
    /// <exception cref="RefusedException">The actor may not, or there is no such patient.</exception>
    public async Task<PatientRecord> ReadAsync(PatientNumber patient, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Finders, "read a patient's record");
        var chart = await OpenAsync(patient, cancellationToken).ConfigureAwait(false);
        await NoteAsync([patient], "record", actor, cancellationToken).ConfigureAwait(false);
        var state = (await context.Consent.LoadAsync([chart], cancellationToken).ConfigureAwait(false))[patient];
        var standing = new StandingWords(context, chart, state, await policy(cancellationToken).ConfigureAwait(false));
        var line = AudiencePatient.Of(chart);
        return new PatientRecord
        {
            Number = patient,
            Id = line.Id,
            Name = line.Name,
            Person = Person(chart.Head),
            OutOfUse = ChartWords.OutOfUse(chart.Head),
            Contacts = standing.Contacts(),
            Chart = (actor.Roles & ChartReaders) != Roles.None ? ChartWords.Of(chart, context.Today) : null,
            Standing = MayReadMessages(actor) ? standing.Legal() : null,
        };
    }

    /// <summary>Messages of campaigns to the patient, newest campaign first: what became of each.</summary>
    /// <exception cref="RefusedException">The actor may not, or there is no such patient.</exception>
    public async Task<PatientMessagePage> MessagesAsync(PatientNumber patient, long? before, int limit, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(MessageReaders, "read a patient's record of messages");
        await OpenAsync(patient, cancellationToken).ConfigureAwait(false);
        await NoteAsync([patient], "record.messages", actor, cancellationToken).ConfigureAwait(false);
        var wanted = Math.Clamp(limit, 1, LargestPage);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            """
            SELECT d.campaign, c.name, d.state, d.reason, d.attempts, d.changed_at, d.next_at, d.reply, d.tier, d.bounced_at, d.complained_at, d.opted_out_at, COALESCE(p.picked_at, 0)
            FROM delivery d JOIN campaign c ON c.org = d.org AND c.id = d.campaign LEFT JOIN pickup p ON p.org = d.org AND p.campaign = d.campaign AND p.patient = d.patient
            WHERE d.org = @org AND d.patient = @patient AND d.campaign < @before ORDER BY d.campaign DESC LIMIT @limit
            """,
            ("@org", context.Organisation.Id.Value), ("@patient", patient.Value), ("@before", before ?? long.MaxValue), ("@limit", wanted));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var messages = new List<PatientMessage>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            messages.Add(Message(patient, reader));
        return new PatientMessagePage(messages, messages.Count == wanted ? messages[^1].Campaign : null);
    }

    /// <summary>Decisions and receipts of one delivery.</summary>
    /// <exception cref="RefusedException">The actor may not, the patient was erased, or a receipt was changed.</exception>
    public async Task<PatientAttempts> AttemptsAsync(PatientNumber patient, long campaign, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(MessageReaders, "read receipts");
        if (!await IsDeliveryAsync(patient, campaign, cancellationToken).ConfigureAwait(false))
            throw new RefusedException("This campaign has no message to this patient.") { Kind = RefusalKind.NotFound };
        await NoteAsync([patient], string.Create(CultureInfo.InvariantCulture, $"record.receipts:{campaign}"), actor, cancellationToken).ConfigureAwait(false);
        return new PatientAttempts(
            await new DecisionLog(context.Database, context.Keys).ReadAsync(campaign, patient, cancellationToken).ConfigureAwait(false),
            await new ReadReceipts(context).OfDeliveryAsync(campaign, patient, cancellationToken).ConfigureAwait(false));
    }

    private async Task<bool> IsDeliveryAsync(PatientNumber patient, long campaign, CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT 1 FROM delivery WHERE org = @org AND campaign = @campaign AND patient = @patient",
            ("@org", context.Organisation.Id.Value), ("@campaign", campaign), ("@patient", patient.Value));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null;
    }

    private async Task<Chart> OpenAsync(PatientNumber patient, CancellationToken cancellationToken) =>
        await context.Patients.OpenAsync(patient, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such patient, or the patient was erased.") { Kind = RefusalKind.NotFound };

    private Task<long> NoteAsync(IReadOnlyList<PatientNumber> patients, string what, Actor actor, CancellationToken cancellationToken)
    {
        List<AuditEvent> read = [.. patients.Select(patient => new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, patient, what, "done"))];
        return context.Database.WriteAsync((transaction, token) => context.Ledger.AppendAsync(read, transaction, token), cancellationToken);
    }

    private List<RecordLine> Person(ChartHead head)
    {
        var lines = new List<RecordLine>();
        if (head.BirthDate is { } born)
            lines.Add(new RecordLine("Born", string.Create(CultureInfo.InvariantCulture, $"{born:d MMMM yyyy}") + (ReadView.AgeOn(head, context.Today) is { } age ? string.Create(CultureInfo.InvariantCulture, $", {age} years old") : "")));
        lines.Add(new RecordLine("Sex", head.Sex ?? "not recorded"));
        lines.Add(new RecordLine("Language", head.Language is { } tag ? QueryWords.LanguageName(tag) : "not recorded"));
        foreach (var place in ReadView.PlacesOn(head, context.Today).Take(3))
            lines.Add(new RecordLine("Address", ChartWords.Place(place)));
        lines.AddRange(head.Identifiers.DistinctBy(identifier => (identifier.Type, identifier.Value)).Where(identifier => identifier.Type != "SS").Take(6).Select(identifier => new RecordLine(identifier.Type switch { "MR" => "MRN", null or "" => "Identifier", var type => type }, identifier.Value)));
        return lines;
    }

    private PatientMessage Message(PatientNumber patient, DbDataReader reader)
    {
        var id = reader.GetInt64(0);
        var (reason, next, tier) = (reader.GetInt64(3), reader.GetInt64(6), reader.GetInt64(8));
        var delivery = new DeliveryRecord(
            patient, (Outcome)reader.GetInt64(2), reason == 0 ? null : (WithholdReason)reason, checked((int)reader.GetInt64(4)), Sql.Instant(reader.GetInt64(5)), next == 0 ? null : Sql.Instant(next), checked((int)reader.GetInt64(7)))
        {
            Tier = tier == 0 ? null : (Tier)tier,
        };
        return new PatientMessage(id, CampaignStore.OpenName(context.Keys, id, reader.GetFieldValue<byte[]>(1)), delivery)
        {
            BouncedAt = When(reader, 9),
            ComplainedAt = When(reader, 10),
            OptedOutAt = When(reader, 11),
            PickedUpAt = When(reader, 12),
        };
    }

    private static DateTimeOffset? When(DbDataReader reader, int column) => reader.GetInt64(column) is > 0 and var at ? Sql.Instant(at) : null;
}
