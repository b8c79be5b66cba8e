using System.Data.Common;
using System.Globalization;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Compliance;

/// <summary>Works out whom an incident concerns, from deliveries and from the ledger's record of reads. 45 CFR 164.404, 164.414(b).</summary>
/// <remarks>It says who and what; whether it is a breach (the four factors of 164.402(2)) is for people to decide and to document.</remarks>
/// <param name="context">The organisation.</param>
/// <param name="options">How its campaigns are prepared.</param>
/// <param name="speech">How queries are said, by the organisation's own words.</param>
internal sealed class ScopeBreach(OrganisationContext context, SendOptions options, Func<CancellationToken, Task<QueryWords>> speech)
{
    private const int Days = 60;

    // Health information left, or may have left: accepted, in doubt, under way, and what was read on our page.
    private static readonly string Left = string.Create(
        CultureInfo.InvariantCulture,
        $"(d.state IN ({(int)Outcome.Accepted}, {(int)Outcome.InDoubt}, {(int)Outcome.InFlight}) OR (d.state = {(int)Outcome.Pickup} AND EXISTS (SELECT 1 FROM pickup p WHERE p.org = d.org AND p.campaign = d.campaign AND p.patient = d.patient AND p.picked_at > 0)))");

    private readonly HashSet<PatientNumber> _people = [];
    private readonly SortedSet<string> _elements = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _categories = new(StringComparer.Ordinal);
    private int _messages;
    private int _protected;
    private int _reads;

    private int Org => context.Organisation.Id.Value;

    /// <summary>Works it out. An audited read of everybody found. Call once per instance.</summary>
    /// <exception cref="RefusedException">The actor may not, or nothing is asked.</exception>
    public async Task<BreachScope> RunAsync(BreachQuestion question, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(RoleSets.SeePatients, "work out an incident");
        if (question is { Campaign: null, Reader: null } && string.IsNullOrWhiteSpace(question.Domain))
            throw new RefusedException("Say what happened: a campaign, a receiving domain, or a person who looked at records.");
        if (question.Until < question.From)
            throw new RefusedException("The last day is before the first one. Swap them.");
        if (question.DiscoveredOn > context.Today)
            throw new RefusedException("It cannot be discovered in the future. Check the date.");
        var range = (From: question.From is { } from ? Sql.Stored(Midnight(from)) : 0, Before: Sql.Stored(Midnight((question.Until ?? context.Today).AddDays(1))));
        await using (var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (question.Campaign is not null || !string.IsNullOrWhiteSpace(question.Domain))
                await MessagesAsync(connection, question, range, cancellationToken).ConfigureAwait(false);
            if (question.Reader is { } reader)
                await ReadsAsync(connection, reader, range, cancellationToken).ConfigureAwait(false);
        }

        await NoteAsync(actor, cancellationToken).ConfigureAwait(false);
        return await ConcludeAsync(question.DiscoveredOn ?? context.Today, cancellationToken).ConfigureAwait(false);
    }

    private async Task MessagesAsync(DbConnection connection, BreachQuestion question, (long From, long Before) range, CancellationToken cancellationToken)
    {
        var campaigns = new HashSet<long>();
        await using (var command = Sql.Command(
            connection,
            $"SELECT d.patient, d.campaign, d.tier FROM delivery d WHERE d.org = @org AND d.changed_at >= @from AND d.changed_at < @before AND {Left}{(question.Campaign is null ? "" : " AND d.campaign = @campaign")}{(string.IsNullOrWhiteSpace(question.Domain) ? "" : " AND d.destination = @destination")}",
            ("@org", Org), ("@from", range.From), ("@before", range.Before)))
        {
            if (question.Campaign is { } campaign)
                command.With("@campaign", campaign);
            if (!string.IsNullOrWhiteSpace(question.Domain))
                command.With("@destination", await DestinationAsync(connection, question.Domain.Trim(), cancellationToken).ConfigureAwait(false));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                _people.Add(new PatientNumber((int)reader.GetInt64(0)));
                campaigns.Add(reader.GetInt64(1));
                _messages++;
                _protected += reader.GetInt64(2) >= (long)Tier.T2 ? 1 : 0;
            }
        }

        if (_messages > 0)
            _elements.Add("name and email address");
        foreach (var campaign in campaigns)
            await ElementsAsync(campaign, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> DestinationAsync(DbConnection connection, string domain, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            connection, "SELECT id FROM destination WHERE org = @org AND domain_index = @index", ("@org", Org), ("@index", context.Keys.BlindIndex("domain", domain.ToLowerInvariant())));
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long id ? id
            : throw new RefusedException("Nothing was ever sent to that domain. Check its spelling.") { Kind = RefusalKind.NotFound };
    }

    /// <summary>What a campaign's message holds, and what it tells that somebody got it.</summary>
    private async Task ElementsAsync(long id, CancellationToken cancellationToken)
    {
        var desk = new CampaignDesk(context, options);
        var prepared = await desk.PrepareAsync((await desk.GetAsync(id, cancellationToken).ConfigureAwait(false)).Name, cancellationToken).ConfigureAwait(false);
        foreach (var path in prepared.Template.Fields)
            _elements.Add($"{path} ({CampaignReviews.LabelOf(path)})");
        _elements.Add($"that the person {(await speech(cancellationToken).ConfigureAwait(false)).Of(prepared.Query)}");
        _categories.UnionWith(prepared.Basis.Categories);
    }

    private async Task ReadsAsync(DbConnection connection, string actor, (long From, long Before) range, CancellationToken cancellationToken)
    {
        List<(long Campaign, long First, long Last)> lists = [];
        await using (var command = Sql.Command(
            connection,
            "SELECT patient, subject, detail FROM ledger_entry WHERE org = @org AND actor = @actor AND kind = 'patient.read' AND at >= @from AND at < @before",
            ("@org", Org), ("@actor", actor), ("@from", range.From), ("@before", range.Before)))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var subject = await reader.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(1);
                var detail = await reader.IsDBNullAsync(2, cancellationToken).ConfigureAwait(false) ? null : reader.GetString(2);
                _reads++;
                if (!await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false))
                    _people.Add(new PatientNumber((int)reader.GetInt64(0)));
                else if (Reports.ListDeliveries.RangeOf(detail) is { } list && long.TryParse(subject, NumberStyles.None, CultureInfo.InvariantCulture, out var campaign))
                    lists.Add((campaign, list.First, list.Last));
                _elements.Add(Reports.ListDeliveries.RangeOf(detail) is null ? EventWords.ReadAs(subject, detail) : "that a campaign went to the person, and what became of it");
            }
        }

        foreach (var (campaign, first, last) in lists)
        {
            await using var command = Sql.Command(
                connection, "SELECT patient FROM delivery WHERE org = @org AND campaign = @campaign AND patient >= @first AND patient <= @last", ("@org", Org), ("@campaign", campaign), ("@first", first), ("@last", last));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                _people.Add(new PatientNumber((int)reader.GetInt64(0)));
        }
    }

    private Task<long> NoteAsync(Actor actor, CancellationToken cancellationToken)
    {
        var found = string.Create(CultureInfo.InvariantCulture, $"people={_people.Count} messages={_messages} reads={_reads}");
        AuditEvent[] events =
        [
            new(context.Organisation.Id, "breach.scoped", actor.Id, null, null, "done", found),
            new(context.Organisation.Id, "patient.read", actor.Id, null, "breach.scope", "done", found),
        ];
        return context.Database.WriteAsync((transaction, token) => context.Ledger.AppendAsync(events, transaction, token), cancellationToken);
    }

    private async Task<BreachScope> ConcludeAsync(DateOnly discovered, CancellationToken cancellationToken)
    {
        var people = new List<BreachPerson>(_people.Count);
        foreach (var chunk in _people.OrderBy(patient => patient.Value).Chunk(1_000))
        {
            foreach (var chart in await context.Patients.OpenManyAsync(chunk, cancellationToken).ConfigureAwait(false))
                people.Add(new BreachPerson(chart.Number, chart.Head.DisplayId, ReadView.PlacesOn(chart.Head, context.Today).FirstOrDefault()?.State ?? ""));
        }

        var large = _people.Count >= 500;
        return new BreachScope
        {
            People = people,
            Erased = _people.Count - people.Count,
            Messages = _messages,
            Protected = _protected,
            Reads = _reads,
            Elements = [.. _elements],
            Categories = [.. _categories],
            States = [.. people.GroupBy(person => person.State, StringComparer.Ordinal).Select(group => new BreachState(group.Key, group.Count())).OrderByDescending(state => state.Residents).ThenBy(state => state.State, StringComparer.Ordinal)],
            TellPeopleBy = discovered.AddDays(Days),
            TellSecretaryBy = large ? discovered.AddDays(Days) : new DateOnly(discovered.Year, 12, 31).AddDays(Days),
        };
    }

    private DateTimeOffset Midnight(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, context.Organisation.TimeZone.GetUtcOffset(local));
    }
}
