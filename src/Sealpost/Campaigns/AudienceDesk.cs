using System.Globalization;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Shards;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>What people ask of an organisation's audiences: how many, who, why, by which codes. Rights are checked here, for every face alike.</summary>
/// <remarks>
/// Who may see patients (compliance, administrator) sees true numbers and names; every other role sees numbers that are protected
/// (<see cref="ShowCounts"/>) and no names. 45 CFR 164.514(d)(2): access by what a role's work needs.
/// </remarks>
internal sealed class AudienceDesk : IDisposable
{
    /// <summary>Patients to a page; each shown page is an audited read of each of them.</summary>
    public const int PageSize = 25;

    private const int ConditionsShown = 12;
    /// <summary>Roles that may ask how many.</summary>
    public const Roles Look = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;
    private const Roles SeePatients = Roles.Compliance | Roles.Administrator;

    private readonly OrganisationContext _context;
    private readonly MeasureAudience _measure;
    private readonly MeasureReach _reach;
    private readonly AudienceBudget _budget;

    /// <summary>Creates the desk. One for an organisation: it remembers what was asked.</summary>
    public AudienceDesk(OrganisationContext context, Func<CancellationToken, Task<ConsentPolicy>> policy)
    {
        _context = context;
        _measure = new MeasureAudience(context.Audience);
        _reach = new MeasureReach(context, _measure, policy);
        _budget = new AudienceBudget(context);
        Codes = new CodeCatalogue(_measure, context.Time);
    }

    private CodeCatalogue Codes { get; }

    /// <summary>How many patients can be written to at all, and how that changes.</summary>
    public ReadReach Reach => new(_context, _reach);

    /// <summary>Whether a person may see who is in an audience.</summary>
    public static bool MaySeePatients(Actor actor) => (actor.Roles & SeePatients) != Roles.None;

    /// <summary>How many match.</summary>
    /// <exception cref="RefusedException">The actor may not, has asked too much today, or the query cannot be answered.</exception>
    public async Task<ShownCount> CountAsync(AudienceQuery query, DateOnly asOf, Actor actor, CancellationToken cancellationToken)
    {
        var show = await AskAsync(query, asOf, actor, cancellationToken).ConfigureAwait(false);
        return show.Show(await _measure.CountAsync(query, asOf, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Matched, lawful for a purpose, reachable. Opens no chart and records no decision. Throws as <see cref="CountAsync"/>.</summary>
    public async Task<AudienceFunnel> FunnelAsync(AudienceQuery query, Purpose purpose, DateOnly asOf, Actor actor, CancellationToken cancellationToken)
    {
        var show = await AskAsync(query, asOf, actor, cancellationToken).ConfigureAwait(false);
        return await _reach.RunAsync(query, purpose, asOf, show, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>By age, sex, language, place and condition; small cells are hidden from everybody, others where they would give them away. Empty for fewer than eleven patients. Throws as <see cref="CountAsync"/>.</summary>
    public async Task<IReadOnlyList<AudienceBreakdown>> BreakdownAsync(AudienceQuery query, DateOnly asOf, Actor actor, CancellationToken cancellationToken)
    {
        var show = await AskAsync(query, asOf, actor, cancellationToken).ConfigureAwait(false);
        var cells = await _measure.CellsAsync(query, asOf, cancellationToken).ConfigureAwait(false);
        var total = cells.Where(cell => cell.Kind == CellKind.Total).Sum(cell => cell.Patients.Count);
        if (total < HideCounts.Smallest)
            return [];
        var catalogue = await Codes.ReadAsync(cancellationToken).ConfigureAwait(false);
        return [.. Enum.GetValues<CellKind>().Where(kind => kind != CellKind.Total).Select(kind =>
        {
            var mine = cells.Where(cell => cell.Kind == kind).ToList();
            return kind == CellKind.Condition ? Conditions(mine, total, show, catalogue) : Partition(kind, mine, show);
        })];
    }

    /// <summary>Compares a query with the data. Throws where the actor may not look.</summary>
    public Task<AudienceCheck> CheckAsync(AudienceQuery query, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Look, "ask for audiences");
        return _context.Audience.CheckAsync(query, cancellationToken);
    }

    /// <summary>What the patients have, for pickers. Its numbers are true: show them by <see cref="Counts"/>.</summary>
    public Task<Catalogue> CodesAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Look, "ask for audiences");
        return Codes.ReadAsync(cancellationToken);
    }

    /// <summary>A page of the codes that were looked for. Its numbers are true: show them by <see cref="Counts"/>.</summary>
    /// <param name="look">What to look for.</param>
    /// <param name="after">Where the page begins: what came as next with the one before; null for the first.</param>
    /// <param name="limit">Codes to the page, from 1.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The codes, and what to give as after for the next page; null after the last.</returns>
    /// <exception cref="RefusedException">The actor may not, or after was not given out here.</exception>
    public async Task<(IReadOnlyList<CatalogueCode> Codes, string? Next)> CodePageAsync((RuleKind? Kind, string? System, string Typed) look, string? after, int limit, Actor actor, CancellationToken cancellationToken)
    {
        var catalogue = await CodesAsync(actor, cancellationToken).ConfigureAwait(false);
        CodePlace? place = after is null ? null : CodePlace.FromCursor(_context.Keys, after);
        var found = catalogue.SearchAfter(look.Kind, look.System, look.Typed, place).Take(limit + 1).ToList();
        return ([.. found.Take(limit).Select(one => one.Code)], found.Count > limit ? found[limit - 1].Place.ToCursor(_context.Keys) : null);
    }

    /// <summary>Where the results of a code lie, by unit.</summary>
    public Task<IReadOnlyList<ResultRange>> ResultsAsync(string code, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Look, "ask for audiences");
        return AudienceQuery.Parse($"lab {code} present").Query is LabKnown { Code: { IsPrefix: false } pattern }
            ? _measure.ResultsAsync(pattern.Key, cancellationToken)
            : throw new RefusedException("This is no code of a lab test. Write it as system:code, such as loinc:4548-4.");
    }

    /// <summary>Where the results of a code lie, with the patients of each as the actor may see them.</summary>
    public async Task<IReadOnlyList<(ResultRange Range, ShownCount Patients)>> ShownResultsAsync(string code, Actor actor, CancellationToken cancellationToken)
    {
        var show = Counts(actor);
        return [.. (await ResultsAsync(code, actor, cancellationToken).ConfigureAwait(false)).Select(range => (range, show.ShowFixed(range.Patients)))];
    }

    /// <summary>A query in plain words, with the organisation's words for its codes.</summary>
    public async Task<string> WordsAsync(AudienceQuery query, Actor actor, CancellationToken cancellationToken)
    {
        var catalogue = await CodesAsync(actor, cancellationToken).ConfigureAwait(false);
        return new QueryWords(catalogue.Title).Of(query);
    }

    /// <summary>How queries are said here, by the organisation's words for its codes.</summary>
    public async Task<QueryWords> SpeechAsync(CancellationToken cancellationToken) => new((await Codes.ReadAsync(cancellationToken).ConfigureAwait(false)).Title);

    /// <summary>Names of the organisation's campaigns, for a picker.</summary>
    public async Task<IReadOnlyList<string>> CampaignNamesAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Look, "ask for audiences");
        return [.. (await new CampaignStore(_context).ListAsync(cancellationToken).ConfigureAwait(false)).Select(campaign => campaign.Name)];
    }

    /// <summary>How numbers of patients are shown to a person.</summary>
    public ShowCounts Counts(Actor actor) => new(_context.Keys, exact: MaySeePatients(actor));

    /// <summary>A page of the patients that match. A read of health information by a person: a ledger event for each patient of the page. 45 CFR 164.312(b).</summary>
    /// <param name="query">Who.</param>
    /// <param name="asOf">The day that counts as today.</param>
    /// <param name="after">Where the page begins: <see cref="AudiencePage.Next"/> of the one before; null for the first.</param>
    /// <param name="actor">Who looks.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<AudiencePage> PageAsync(AudienceQuery query, DateOnly asOf, int? after, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(SeePatients, "see who is in an audience");
        var numbers = await _context.Audience.ListAsync(query, asOf, cancellationToken).ConfigureAwait(false);
        var page = numbers.SkipWhile(number => number.Value <= (after ?? -1)).Take(PageSize).ToList();
        await NoteReadsAsync(page, "audience.page", actor, cancellationToken).ConfigureAwait(false);
        var charts = (await _context.Patients.OpenManyAsync(page, cancellationToken).ConfigureAwait(false)).ToDictionary(chart => chart.Number);
        var next = page.Count == PageSize && page[^1] != numbers[^1] ? page[^1].Value : (int?)null;
        return new AudiencePage([.. page.Where(charts.ContainsKey).Select(number => AudiencePatient.Of(charts[number]))], next, numbers.Count);
    }

    /// <summary>Why a patient is in or out; null where there is no such patient. A read of health information by a person: a ledger event.</summary>
    public async Task<AudienceExplanation?> ExplainAsync(AudienceQuery query, PatientNumber patient, DateOnly asOf, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(SeePatients, "see why a patient is in an audience");
        await NoteReadsAsync([patient], "audience.explain", actor, cancellationToken).ConfigureAwait(false);
        return await _context.Audience.ExplainAsync(query, patient, asOf, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => Codes.Dispose();

    private async Task<ShowCounts> AskAsync(AudienceQuery query, DateOnly asOf, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Look, "ask for audiences");
        var show = Counts(actor);
        if (!show.IsExact)
            await _budget.SpendAsync(actor, string.Create(CultureInfo.InvariantCulture, $"{asOf.DayNumber} {query.ToText()}"), cancellationToken).ConfigureAwait(false);
        return show;
    }

    private Task<int> NoteReadsAsync(List<PatientNumber> patients, string what, Actor actor, CancellationToken cancellationToken) =>
        _context.Database.WriteAsync(
            async (transaction, token) =>
            {
                foreach (var patient in patients)
                    await _context.Ledger.AppendAsync(new AuditEvent(_context.Organisation.Id, "patient.read", actor.Id, patient, what, "done"), transaction, token).ConfigureAwait(false);
                return patients.Count;
            },
            cancellationToken);

    private static AudienceBreakdown Partition(CellKind kind, List<AudienceCell> cells, ShowCounts show)
    {
        var ordered = (kind == CellKind.AgeBand
            ? cells.OrderBy(cell => cell.Key.Length == 0).ThenBy(cell => int.TryParse(cell.Key.Split('-', '+')[0], CultureInfo.InvariantCulture, out var from) ? from : int.MaxValue)
            : cells.OrderBy(cell => cell.Key.Length == 0).ThenByDescending(cell => cell.Patients.Count).ThenBy(cell => cell.Key, StringComparer.Ordinal)).ToList();
        var shown = HideCounts.InPartition([.. ordered.Select(cell => cell.Patients.Count)]);
        var rows = ordered.Select((cell, i) => new BreakdownCell(cell.Key, Label(kind, cell.Key), show.ShowCell(cell.Patients, shown[i])));

        // In order of size, the place of a hidden number among the others would say more than its words.
        return new AudienceBreakdown(kind, [.. kind == CellKind.AgeBand ? rows : rows.OrderByDescending(row => row.Patients.Value ?? -1)]);
    }

    private static AudienceBreakdown Conditions(List<AudienceCell> cells, long total, ShowCounts show, Catalogue catalogue) =>
        new(CellKind.Condition, [.. cells
            .OrderByDescending(cell => cell.Patients.Count).ThenBy(cell => cell.Key, StringComparer.Ordinal)
            .Where(cell => !HideCounts.IsSmall(cell.Patients.Count))
            .Take(ConditionsShown)
            .Select(cell => (Code: CodePattern.TextOfKey(cell.Key), cell.Patients))
            .Select(cell => new BreakdownCell(cell.Code, catalogue.Title(cell.Code) ?? cell.Code, show.ShowPart(cell.Patients, total)))]);

    private static string Label(CellKind kind, string key) => kind switch
    {
        _ when key.Length == 0 => "not recorded",
        CellKind.Language => QueryWords.LanguageName(key.ToLowerInvariant()),
        CellKind.Sex => key.ToLowerInvariant(),
        CellKind.AgeBand => key.Replace('-', '–'),
        CellKind.Zip3 => key + "…",
        _ => key,
    };
}
