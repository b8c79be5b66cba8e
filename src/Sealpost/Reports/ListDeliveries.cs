using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Reports;

/// <summary>A delivery as somebody may see it.</summary>
/// <param name="Patient">Id under which the patient is known; null once the patient is erased.</param>
/// <param name="Key">What the next page begins after: the patient's number.</param>
/// <param name="Record">Outcome, reason, times.</param>
public sealed record SeenDelivery(string? Patient, int Key, DeliveryRecord Record)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Shows a campaign's deliveries one by one, to compliance and auditors only, and each page is a ledger event. 45 CFR 164.312(b), 164.514(d).</summary>
/// <remarks>Without names it would still tell what a report hides: one by one, deliveries count themselves, and a patient's number joins campaigns.</remarks>
public sealed class ListDeliveries
{
    /// <summary>Records between two places at which the list can be entered.</summary>
    public const int Stretch = 500;

    private readonly OrganisationContext _context;
    private readonly DeliveryRecords _records;

    /// <summary>Creates it for an organisation.</summary>
    public ListDeliveries(OrganisationContext context) => (_context, _records) = (context, new DeliveryRecords(context));

    /// <summary>Whether an actor sees who the patients are.</summary>
    public static bool SeesPatients(Actor actor) => (actor.Roles & (Roles.Compliance | Roles.Auditor)) != Roles.None;

    /// <summary>A page after another.</summary>
    /// <exception cref="RefusedException">The actor may not see who the patients are.</exception>
    public async Task<IReadOnlyList<SeenDelivery>> PageAsync(long campaign, Outcome? outcome, int? after, int limit, Actor actor, CancellationToken cancellationToken)
    {
        Check(actor);
        var page = await _records.PageAsync(campaign, outcome, after is { } last ? new PatientNumber(last) : null, limit, cancellationToken).ConfigureAwait(false);
        return await ShowAsync(campaign, page, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the list can be entered, and how long it is.</summary>
    public Task<DeliveryMarks> MarksAsync(long campaign, Outcome? outcome, Actor actor, CancellationToken cancellationToken)
    {
        Check(actor);
        return _records.MarksAsync(campaign, outcome, Stretch, cancellationToken);
    }

    /// <summary>Some records from a place on.</summary>
    public async Task<IReadOnlyList<SeenDelivery>> FromAsync(long campaign, Outcome? outcome, DeliveryMarks marks, (int Start, int Count) range, Actor actor, CancellationToken cancellationToken)
    {
        Check(actor);
        var records = await _records.FromAsync(campaign, outcome, marks, range.Start, range.Count, cancellationToken).ConfigureAwait(false);
        return await ShowAsync(campaign, records, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The event of a page of deliveries that somebody is shown.</summary>
    internal static AuditEvent ReadOf(OrganisationId organisation, long campaign, IReadOnlyList<DeliveryRecord> records, Actor actor) => new(
        organisation, "patient.read", actor.Id, null, campaign.ToString(CultureInfo.InvariantCulture), "done",
        string.Create(CultureInfo.InvariantCulture, $"deliveries of patients {records[0].Patient.Value} to {records[^1].Patient.Value}, {records.Count} shown"));

    /// <summary>First and last patient of the page that a read's event names; null where it names none.</summary>
    internal static (long First, long Last)? RangeOf(string? detail)
    {
        var words = detail?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words is ["deliveries", "of", "patients", var first, "to", var last, ..]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var until)
            ? (from, until) : null;
    }

    private static void Check(Actor actor) => actor.RequireToRead(Roles.Compliance | Roles.Auditor, "list deliveries one by one");

    private async Task<IReadOnlyList<SeenDelivery>> ShowAsync(long campaign, IReadOnlyList<DeliveryRecord> records, Actor actor, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return [];

        // The event is written before anything is shown.
        var read = ReadOf(_context.Organisation.Id, campaign, records, actor);
        await _context.Database.WriteAsync((transaction, token) => _context.Ledger.AppendAsync(read, transaction, token), cancellationToken).ConfigureAwait(false);
        var charts = (await _context.Patients.OpenManyAsync([.. records.Select(record => record.Patient)], cancellationToken).ConfigureAwait(false)).ToDictionary(chart => chart.Number, chart => chart.Head.DisplayId);
        return [.. records.Select(record => new SeenDelivery(charts.GetValueOrDefault(record.Patient), record.Patient.Value, record))];
    }
}
