using System.Globalization;
using System.Text;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Reports;

/// <summary>Lists whom a message about their own care or account did not reach by email, so that staff tells them by telephone or letter, and keeps who was told. Every patient shown is a ledger event. 45 CFR 164.312(b).</summary>
/// <param name="context">The organisation.</param>
internal sealed class ReachOtherwise(OrganisationContext context)
{
    /// <summary>Most patients in a page.</summary>
    public const int LargestPage = 200;

    private const string ToDo = "say that patients were told otherwise";

    private readonly NotReachedRows _rows = new(context);

    /// <summary>Whether who was not reached by a campaign of a purpose must be told otherwise: it is about the patient's own care or account.</summary>
    public static bool IsOwed(Purpose purpose) => PurposeRule.Of(purpose) is { OutlivesOptOut: true };

    /// <summary>Whether an actor may see whom a campaign did not reach.</summary>
    public static bool MayList(Actor actor) => ListDeliveries.SeesPatients(actor);

    /// <summary>Whether an actor may say that patients were told.</summary>
    public static bool MayTell(Actor actor) => (actor.Roles & Roles.Compliance) != Roles.None;

    /// <summary>How many are still to be told. No ledger event: it names nobody.</summary>
    /// <exception cref="RefusedException">The actor may not, there is no such campaign, or it is not about care.</exception>
    public async Task<long> CountAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        await CheckAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
        return await _rows.CountAsync(campaign, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A page of those still to be told, in order of number; erased patients are absent.</summary>
    /// <param name="campaign">Campaign number.</param>
    /// <param name="after">Last number of the page before; null begins.</param>
    /// <param name="limit">1 to <see cref="LargestPage"/>.</param>
    /// <param name="actor">Who reads.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">The actor may not, there is no such campaign, or it is not about care.</exception>
    public async Task<NotReachedPage> PageAsync(long campaign, int? after, int limit, Actor actor, CancellationToken cancellationToken)
    {
        await CheckAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
        return await ShowAsync(campaign, after, Math.Clamp(limit, 1, LargestPage), actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks first; what is returned writes the whole list as CSV (RFC 4180, UTF-8), page by page, each recorded before it is written.</summary>
    /// <exception cref="RefusedException">The actor may not, there is no such campaign, or it is not about care.</exception>
    public async Task<Func<Stream, CancellationToken, Task>> PrepareAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        await CheckAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
        return (to, token) => WriteAsync(campaign, actor, to, token);
    }

    /// <summary>Marks one patient, or all who are still to be told, as told. A ledger event.</summary>
    /// <param name="campaign">Campaign number.</param>
    /// <param name="patient">Who; null marks all.</param>
    /// <param name="way">How.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <exception cref="RefusedException">The actor may not, there is no such campaign, it is not about care, or nobody is left to be told.</exception>
    public async Task<ToldMark> TellAsync(long campaign, PatientNumber? patient, ToldBy way, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, ToDo);
        await RequireOwedAsync(campaign, cancellationToken).ConfigureAwait(false);
        if (!Enum.IsDefined(way))
            throw new RefusedException("Say how they were told: by telephone, by letter, at a visit, or that it is no longer needed.");
        return await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var mark = await _rows.MarkAsync(campaign, patient, way, actor.Id, transaction, token).ConfigureAwait(false);
                if (mark.Patients == 0)
                    throw new RefusedException(patient is null ? "Nobody is left to be told." : "This patient is not to be told: the message arrived, or somebody has told them already.");
                await context.Ledger.AppendAsync(Event("delivery.told", campaign, patient, mark.Number, $" by={ToldWords.NameOf(way)}", actor), transaction, token).ConfigureAwait(false);
                return mark;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a mark back: those it covers are to be told again. A ledger event.</summary>
    /// <param name="campaign">Campaign number.</param>
    /// <param name="mark">Number of the mark.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    /// <returns>How many patients it covered.</returns>
    /// <exception cref="RefusedException">The actor may not, or the campaign has no such mark.</exception>
    public async Task<long> UndoAsync(long campaign, long mark, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Compliance, ToDo);
        return await context.Database.WriteAsync(
            async (transaction, token) =>
            {
                var (patients, one) = await _rows.UnmarkAsync(campaign, mark, transaction, token).ConfigureAwait(false);
                if (patients == 0)
                    throw new RefusedException("This campaign has no such mark, or it was taken back already.") { Kind = RefusalKind.NotFound };
                await context.Ledger.AppendAsync(Event("delivery.told-undone", campaign, one, mark, "", actor), transaction, token).ConfigureAwait(false);
                return patients;
            },
            cancellationToken).ConfigureAwait(false);
    }

    // No count: administrators read the ledger, and may not be told numbers of 1 to 10.
    private AuditEvent Event(string kind, long campaign, PatientNumber? patient, long mark, string how, Actor actor) => new(
        context.Organisation.Id, kind, actor.Id, patient, campaign.ToString(CultureInfo.InvariantCulture), "done", string.Create(CultureInfo.InvariantCulture, $"mark={mark}{how}"));

    private Task CheckAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Compliance | Roles.Auditor, "see whom a campaign did not reach");
        return RequireOwedAsync(campaign, cancellationToken);
    }

    private async Task RequireOwedAsync(long campaign, CancellationToken cancellationToken)
    {
        var found = await new CampaignStore(context).FindAsync(campaign, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("There is no such campaign.") { Kind = RefusalKind.NotFound };
        if (!IsOwed(found.Content.Purpose))
            throw new RefusedException("This campaign is not about patients' own care or account: whom it did not reach need not be told otherwise.");
    }

    private async Task<NotReachedPage> ShowAsync(long campaign, int? after, int limit, Actor actor, CancellationToken cancellationToken)
    {
        var rows = await _rows.PageAsync(campaign, after, limit, cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
            return new NotReachedPage([], null);

        // The events are written before anything is shown.
        var subject = string.Create(CultureInfo.InvariantCulture, $"not-reached:{campaign}");
        List<AuditEvent> read = [.. rows.Select(row => new AuditEvent(context.Organisation.Id, "patient.read", actor.Id, row.Patient, subject, "done"))];
        await context.Database.WriteAsync((transaction, token) => context.Ledger.AppendAsync(read, transaction, token), cancellationToken).ConfigureAwait(false);
        var charts = (await context.Patients.OpenManyAsync([.. rows.Select(row => row.Patient)], cancellationToken).ConfigureAwait(false)).ToDictionary(chart => chart.Number);
        return new NotReachedPage([.. rows.Where(row => charts.ContainsKey(row.Patient)).Select(row => Of(row, charts[row.Patient]))], rows.Count == limit ? rows[^1].Patient.Value : null);
    }

    private NotReached Of(NotReachedRow row, Chart chart)
    {
        var listed = AudiencePatient.Of(chart);
        return new NotReached
        {
            Number = row.Patient,
            Patient = listed.Id,
            Name = listed.Name,
            Telephones = [.. chart.Head.ContactPoints
                .Where(point => point.Kind is "phone" or "sms" && point.Use != "old" && !(point.StartsOn > context.Today) && !(point.EndsOn < context.Today))
                .OrderBy(point => point.Rank ?? int.MaxValue).Select(point => point.Value).Distinct(StringComparer.Ordinal)],
            Addresses = [.. ReadView.PlacesOn(chart.Head, context.Today).Select(ChartWords.Place).Where(place => place.Length > 0).Distinct(StringComparer.Ordinal)],
            Outcome = row.Outcome,
            Reason = row.Outcome == Outcome.WithheldTransport ? row.Reason : null,
            Why = Why(row),
            Since = row.ChangedAt,
            OutOfUse = ChartWords.OutOfUse(chart.Head),
        };
    }

    private static string Why(NotReachedRow row) => row switch
    {
        { Outcome: Outcome.WithheldTransport, Reason: { } reason } => WithholdReasons.Describe(reason),
        { Outcome: Outcome.Rejected } => "The patient's mail host rejected the message, or the domain takes no mail.",
        { Outcome: Outcome.Expired } => "No mail host took the message in the time it had.",
        _ => $"The message was {OutcomeWords.Of(row.Outcome)}.",
    };

    private async Task WriteAsync(long campaign, Actor actor, Stream to, CancellationToken cancellationToken)
    {
        // With the mark of UTF-8: a spreadsheet else reads names by the alphabet of its own country.
        await to.WriteAsync(Encoding.UTF8.Preamble.ToArray(), cancellationToken).ConfigureAwait(false);
        var csv = new StringBuilder();
        CsvText.Row(csv, "patient", "name", "telephone", "address", "why", "since", "note");
        int? after = null;
        do
        {
            var page = await ShowAsync(campaign, after, LargestPage, actor, cancellationToken).ConfigureAwait(false);
            foreach (var one in page.Patients)
                CsvText.Row(csv, one.Patient, one.Name, string.Join("; ", one.Telephones), string.Join("; ", one.Addresses), one.Why, one.Since.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), one.OutOfUse ?? "");
            await to.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()), cancellationToken).ConfigureAwait(false);
            csv.Clear();
            after = page.Next;
        }
        while (after is not null);
    }
}
