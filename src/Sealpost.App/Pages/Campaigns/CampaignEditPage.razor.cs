using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Sealpost.App.Pages.Audiences;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Library;
using Sealpost.Reports;
using Sealpost.Running;

namespace Sealpost.App.Pages.Campaigns;

/// <summary>Writes a campaign step by step; every change is kept at once.</summary>
public sealed partial class CampaignEditPage
{
    private static readonly string[] Steps = ["Purpose", "Audience", "Message", "Schedule", "Submit"];

    private static readonly int Submit = Steps.Length - 1;

    private readonly SemaphoreSlim _saving = new(1, 1);
    private CampaignDraft _draft = new();
    private OpenDraft _open = default!;
    private IReadOnlyList<SavedAudience> _audiences = [];
    private IReadOnlyList<TemplateVersion> _templates = [];
    private IReadOnlyList<WordPiece>? _rule;
    private LiveFigures _figures = new(static () => { });
    private CampaignForecast? _forecast;
    private string? _saved;
    private string _words = "";
    private int _step, _drawn, _changes, _kept;
    private bool _testing, _forecasting, _forecastAgain;
    private (string? Audience, Purpose? Purpose) _measured;

    /// <summary>Number of the campaign.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <summary>Which step, by its name; the first where there is none of this name.</summary>
    [SupplyParameterFromQuery]
    public string? Step { get; set; }

    /// <inheritdoc/>
    protected override object? Key => Id;

    private ContentLibrary Library => new(Organisation.Context);

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var campaign = await Organisation.Desk().GetAsync(Id, cancellationToken);
        if (campaign.State != CampaignState.Draft)
        {
            Navigation.NavigateTo(At($"/campaigns/{Id}"), replace: true);
            return;
        }

        _step = Math.Max(Array.FindIndex(Steps, step => step.Equals(Step, StringComparison.OrdinalIgnoreCase)), 0);
        _figures.Dispose();
        _figures = new LiveFigures(() => _ = InvokeAsync(() =>
        {
            _drawn++;
            StateHasChanged();
        }))
        { BreaksDown = false };
        (_measured, _kept) = (default, _changes);
        Take(await Organisation.Campaigns.Drafts.ReadAsync(Id, Actor, cancellationToken));
        _audiences = await Organisation.SavedAudiences.ListAsync(false, Actor, cancellationToken);
        _templates = await Library.Templates.ListAsync(false, Actor, cancellationToken);
        _saved = null;
    }

    /// <inheritdoc/>
    protected override void Disposing()
    {
        _saving.Dispose();
        _figures.Dispose();
    }

    private string About(long patients) => (AudienceDesk.MaySeePatients(Actor) || patients < SmallCells.Smallest ? "" : "about ") + SmallCells.Show(patients);

    private static string Text(ChangeEventArgs change) => change.Value as string ?? "";

    private static decimal? Money(ChangeEventArgs change) =>
        decimal.TryParse(Text(change), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    private IEnumerable<DraftProblem> Of(DraftStep step) => _open.Problems.Where(problem => problem.Step == step);

    private string? Error(string field)
    {
        // What was not touched yet is no error: it is only missing, and counted on the step.
        var problem = _open.Problems.FirstOrDefault(one => one.Field == field);
        return problem is null || _open.Revision == 0 ? null : problem.Line > 0 ? $"Line {problem.Line}: {problem.Message}" : problem.Message;
    }

    private void Take(OpenDraft open)
    {
        _open = open;
        _draft = open.Draft;
        _forecast = null;
        if (_measured != (_draft.Audience, _open.Consequence?.Purpose))
        {
            _measured = (_draft.Audience, _open.Consequence?.Purpose); // Counting anew for every pause in the text would only be in the way of others.
            _ = BesideAsync(token => SayAsync(_draft.Audience.Trim(), token));
            _ = BesideAsync(MeasureAsync);
        }

        if (_step == Submit)
            _ = BesideAsync(ForecastAsync);
    }

    private async Task SayAsync(string audience, CancellationToken cancellationToken)
    {
        var said = audience.Length == 0 ? null : await Organisation.Campaigns.Reviews.RuleOfAsync(audience, cancellationToken);
        if (audience == _draft.Audience.Trim())
            _rule = said;
    }

    /// <summary>How many the rule matches and how many of them may be written to for this purpose.</summary>
    private Task MeasureAsync(CancellationToken cancellationToken)
    {
        _figures.Purpose = _open.Consequence?.Purpose ?? Purpose.Treatment;
        return _figures.MeasureAsync(AudienceQuery.Parse(_draft.Audience.Trim()).Query, Seat, cancellationToken);
    }

    /// <summary>What would become of the whole campaign, once it is complete.</summary>
    private async Task ForecastAsync(CancellationToken cancellationToken)
    {
        _forecastAgain = _forecasting;
        if (_open.Problems.Count > 0 || _forecasting)
            return;
        _forecasting = true;
        var revision = _open.Revision;
        try
        {
            var forecast = await Organisation.Campaigns.Drafts.ForecastAsync(Id, look: false, null, Actor, cancellationToken);
            if (revision == _open.Revision)
                _forecast = forecast;
        }
        catch (RefusedException refused)
        {
            Toasts.Warn(refused.Message);
        }
        finally
        {
            _forecasting = false;
        }

        // Asked for meanwhile, because something is known or written that this one had not read.
        if (_forecastAgain)
            await ForecastAsync(cancellationToken);
    }

    /// <summary>Looks at the audience's mail hosts while writing goes on; what was seen is kept, also where the person goes elsewhere meanwhile.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var revision = _open.Revision;
        CampaignForecast? forecast = null;
        try
        {
            if (await Workplace.SeatAt(Org, cancellationToken) is not { } seat)
                throw new RefusedException("You no longer belong to this organisation.");
            var drafts = seat.Organisation.Campaigns.Drafts;
            var end = seat.Organisation.Work.RunAsync(
                WorkKinds.Look(Id),
                seat.Actor,
                async (progress, stop) =>
                {
                    forecast = await drafts.ForecastAsync(Id, look: true, new LookProgress(progress), seat.Actor, stop);
                    return "The mail hosts were looked at.";
                },
                cancellationToken);
            StateHasChanged();
            await end;
        }
        catch (RefusedException refused)
        {
            Toasts.Warn(refused.Message);
        }

        if (forecast is not null && revision == _open.Revision)
            _forecast = forecast;
    }

    private async Task GoAsync(int step, TemplateProblem? lead = null)
    {
        await KeepAllAsync();
        if (step != _step)
            _editor = null; // It goes with its step.
        (_step, _lead) = (step, lead);
        Remember(new Dictionary<string, object?> { ["step"] = step == 0 ? null : Steps[step].ToLowerInvariant() });
        if (step == Submit && _forecast is null)
            await BesideAsync(ForecastAsync);
    }

    private void Put(CampaignDraft draft)
    {
        _draft = draft;
        _changes++;
        _saved = "Not saved yet.";
    }

    private Task SetAsync(CampaignDraft draft)
    {
        Put(draft);
        return SaveAsync();
    }

    private async Task SaveAsync()
    {
        await _saving.WaitAsync(Leaving);
        try
        {
            if (_kept == _changes)
                return; // Saved along with what was written before it.
            var (draft, change) = (_draft, _changes);
            _saved = "Saving…";
            if (await Workplace.SeatAt(Org, Leaving) is not { } seat)
                throw new RefusedException("You no longer belong to this organisation.");
            var open = await seat.Organisation.Campaigns.Drafts.SaveAsync(Id, draft, _open.Revision, seat.Actor, Leaving);
            _kept = change;
            if (change != _changes)
            {
                _open = open; // What was written meanwhile is on its way, and stands on the page.
                return;
            }

            Take(open);
            _saved = $"Saved at {Minute(_open.SavedAt)}.";
            _ = BesideAsync(token => Script.InvokeVoidAsync("sealpost.guard", token, false).AsTask());
        }
        catch (RefusedException refused)
        {
            _saved = "Not saved: " + refused.Message;
            Toasts.Warn(refused.Message);
        }
        finally
        {
            _saving.Release();
        }
    }

    private async Task TakeAudienceAsync(ChangeEventArgs change)
    {
        if (_audiences.FirstOrDefault(one => one.Id.ToString(CultureInfo.InvariantCulture) == Text(change)) is { } saved)
            await SetAsync(_draft with { Audience = saved.Query, AudienceSource = new PinnedSource { Id = saved.Id, Name = saved.Name, Version = saved.Version } });
    }

    private async Task<Attachment> StoreFileAsync(string name, ReadOnlyMemory<byte> content)
    {
        if (await Workplace.SeatAt(Org, Leaving) is not { } seat)
            throw new RefusedException("You no longer belong to this organisation.");
        return await seat.Organisation.Campaigns.Files.StoreAsync(name, content, seat.Actor, Leaving);
    }

    private Task SetFilesAsync(Func<IReadOnlyList<Attachment>, IReadOnlyList<Attachment>> change) => InvokeAsync(async () =>
    {
        await SetAsync(_draft with { Files = change(_draft.Files) });
        StateHasChanged();
    });

    private async Task SubmitAsync()
    {
        // What was written last may be on its way: it is submitted too, and is nobody else's change. What could not be saved is not passed over.
        await KeepAllAsync();
        if (_kept == _changes && await DoAsync(token => Organisation.Campaigns.Drafts.SubmitAsync(Id, _open.Revision, _words, Actor, token), "Submitted. An approver decides next."))
            Navigation.NavigateTo(At($"/campaigns/{Id}"));
    }
}
