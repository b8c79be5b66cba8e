using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Sealpost.App.Hosting;
using Sealpost.App.Pages.Shared;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Pages.Audiences;

/// <summary>Writes an audience as tree and as text, with the count beside it. Every pause keeps a draft, so that nothing is lost with the connection.</summary>
public sealed partial class AudiencePage : IAsyncDisposable
{
    private readonly RuleModel _model = new();
    private DraftKeeper _keeper = default!;
    private LiveFigures _figures = new(static () => { });
    private SavedAudience? _saved;
    private AudienceDraft? _resumed;
    private IReadOnlyList<SavedAudience> _history = [];
    private IReadOnlyList<AudienceUse> _uses = [];
    private Dictionary<string, string> _people = [];
    private AudiencePageOfPatients? _who;
    private (PatientNumber Patient, Shards.AudienceExplanation Explanation)? _explained;
    private string _whoShown = "";
    private ElementReference _host;
    private RuleTree? _tree;
    private IJSObjectReference? _module, _editor, _keys;
    private TaskCompletionSource? _focusing;
    private DotNetObjectReference<AudiencePage>? _self;
    private int _drawn;
    private bool _mounted, _help, _naming, _rename, _starting, _historyOpen;
    private string _name = "";
    private string? _nameProblem;

    /// <summary>Number of the audience; null for a new one.</summary>
    [Parameter]
    public long? Id { get; set; }

    /// <inheritdoc/>
    protected override object? Key => Id ?? 0;

    /// <summary>Whoever may ask may write a rule; only marketers save it.</summary>
    private bool MaySave => May(Roles.Marketer);

    private bool CanSave => _model.Rule.Query is not null && _model.Rule.IsInStep;

    private bool IsChanged => _saved is null || _model.Rule.Query?.ToText() != _saved.Query;

    private string StateText => _saved is null ? $"{(MaySave ? "Not saved yet." : "")} {_keeper.State}".Trim() : $"Version {_saved.Version}, saved {Second(_saved.SavedAt)} by {_people.GetValueOrDefault(_saved.Actor, "the folder's owner")}. {_keeper.State}".Trim();

    /// <inheritdoc/>
    protected override void OnInitialized() => _keeper = new DraftKeeper(TimeSpan.FromMilliseconds(500), KeepAsync, Second, Workplace.Time, Script);

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _figures.Dispose();
        _figures = new LiveFigures(() => _ = InvokeAsync(Draw));
        _saved = Id is { } id ? await Organisation.SavedAudiences.GetAsync(id, Actor, cancellationToken) : null;
        if (Id is not null && _saved is null or { DeletedAt: not null })
        {
            NotFound();
            return;
        }

        (_mounted, _who, _explained) = (false, null, null);
        _keeper.Reset();
        _people = (await Organisation.People.ListAsync(cancellationToken)).ToDictionary(person => person.Id, person => person.Name);
        await ReadHistoryAsync(cancellationToken);
        Connect();
        var draft = MaySave ? await Organisation.SavedAudiences.DraftAsync(Id ?? 0, Actor, cancellationToken) : null;
        _resumed = draft is { Text.Length: > 0 } && draft.Text != (_saved?.Query ?? "") ? draft : null;
        _model.Rule.Open(_resumed?.Text ?? _saved?.Query ?? "");
        _model.Close();
        _model.Campaigns = await Organisation.Audiences.CampaignNamesAsync(Actor, cancellationToken);
        _ = MeasureAsync();
        _ = BesideAsync(ReadCatalogueAsync);
    }

    /// <summary>The words for codes: after a start of the server every chart is read for them first.</summary>
    private async Task ReadCatalogueAsync(CancellationToken cancellationToken)
    {
        _model.Catalogue = await Organisation.Audiences.CodesAsync(Actor, cancellationToken);
        _model.Redraw();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Loading || Missing || Problem is not null)
            return;
        if (!_mounted)
        {
            _mounted = true;
            _self ??= DotNetObjectReference.Create(this);
            _module ??= await Script.InvokeAsync<IJSObjectReference>("import", Leaving, WebAssets.Url("editor-audience.js"));
            await UnmountAsync();
            _editor = await _module.InvokeAsync<IJSObjectReference>("create", Leaving, _host, _self, new { text = _model.Rule.Text, label = "Rule as text", readOnly = !_model.MayWrite });
            _keys = await _module.InvokeAsync<IJSObjectReference>("tree", Leaving, _tree!.Element, _self);
            await MarkAsync();
        }

        var (place, focused) = (_keys is null ? null : _model.FocusNext, _focusing);
        _focusing = null;
        if (place is not null)
        {
            _model.FocusNext = null;
            await _keys!.InvokeVoidAsync("focus", Leaving, place);
        }

        focused?.TrySetResult(); // Also where the place went meanwhile: nobody waits for it any more.
    }

    /// <summary>The text, after a pause in typing.</summary>
    [JSInvokable("Typed")]
    public Task TypedAsync(string text) => InvokeAsync(async () =>
    {
        if (!_model.MayWrite || !_model.Rule.Type(text))
            return;
        _model.Follow();
        await FollowAsync();
    });

    /// <summary>What may come next in the text.</summary>
    [JSInvokable("Complete")]
    public async Task<object> CompleteAsync(string before)
    {
        if (_model.Catalogue is not { } catalogue)
            return new { from = before.Length, options = Array.Empty<object>() };
        await Task.CompletedTask;
        var (from, options) = AudienceSuggestions.Of(before, catalogue, _model.Campaigns, _model.Count);
        return new { from, options = options.Select(one => new { label = one.Insert, info = one.Says, count = one.Count }) };
    }

    /// <summary>Ctrl+S.</summary>
    [JSInvokable("SaveKey")]
    public Task SaveKeyAsync() => InvokeAsync(SaveAsync);

    /// <summary>Ctrl+Z outside the text.</summary>
    [JSInvokable("UndoKey")]
    public Task UndoKeyAsync() => InvokeAsync(UndoAsync);

    /// <summary>Ctrl+Shift+Z outside the text.</summary>
    [JSInvokable("RedoKey")]
    public Task RedoKeyAsync() => InvokeAsync(RedoAsync);

    /// <summary>A part dropped on another with the mouse.</summary>
    [JSInvokable("Dropped")]
    public Task DroppedAsync(string from, string on) => InvokeAsync(() => _model.At(from) is null || _model.At(on) is null ? Task.CompletedTask : _model.DropAsync(from, on));

    /// <summary>Leaves nothing behind in the browser.</summary>
    public async ValueTask DisposeAsync()
    {
        _keeper.Dispose();
        _figures.Dispose();
        Dispose();
        try
        {
            await UnmountAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the editor with it.
        }

        _self?.Dispose();
    }

    private void Connect()
    {
        _model.MayWrite = May(AudienceDesk.Look);
        _model.Count = count => Organisation.Audiences.Counts(Actor).ShowFixed(count).ToString();
        _model.Results = code => ResultsAsync(code);
        _model.Show = StateHasChanged;
        _model.Edit = EditedAsync;
        _model.Removed = SayRemoved;
    }

    private async Task<IReadOnlyList<(Shards.ResultRange Range, ShownCount Patients)>> ResultsAsync(string code)
    {
        try
        {
            return await Organisation.Audiences.ShownResultsAsync(code, Actor, Leaving);
        }
        catch (RefusedException)
        {
            return []; // A code as typed that is none: the rule itself says so.
        }
    }

    private void Draw()
    {
        _drawn++;
        _model.Problems = _figures.Check?.Problems ?? [];
        _model.Redraw();
        _ = MarkAsync();
    }

    /// <summary>The tree changed: the focus goes where the change was, then the text follows. Whoever sees the new text can press the next key.</summary>
    private async Task EditedAsync()
    {
        if (_model.FocusNext is not null && _keys is not null)
        {
            _focusing ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var focused = _focusing.Task;
            StateHasChanged();
            await focused.WaitAsync(Leaving);
        }

        if (_editor is not null)
            await _editor.InvokeVoidAsync("setText", Leaving, _model.Rule.Text);
        await FollowAsync();
    }

    private async Task FollowAsync()
    {
        (_who, _explained) = (null, null);
        var typing = _keeper.Changed(MaySave ? "Not kept yet." : "Your role can ask, not save.");
        if (MaySave)
            _ = BesideAsync(leaving => _keeper.KeepSoonAsync(typing, leaving));
        StateHasChanged();
        await MeasureAsync();
    }

    private Task MeasureAsync() => _model.Rule.IsInStep ? BesideAsync(token => _figures.MeasureAsync(_model.Rule.Query, Seat, token)) : MarkAsync();

    private async Task MarkAsync()
    {
        if (_editor is null || Leaving.IsCancellationRequested)
            return;
        var (parsed, text) = (_model.Rule.Parsed, _model.Rule.Text);
        IEnumerable<object> marks = _model.Rule.IsInStep
            ? _model.Problems.Where(problem => problem.Part < parsed.Spans.Count).Select(problem => (object)new { from = parsed.Spans[problem.Part].Start, to = parsed.Spans[problem.Part].Start + parsed.Spans[problem.Part].Length, problem.Message, severity = problem.IsError ? "error" : "warning" })
            : [new { from = Math.Min(parsed.Column - 1, text.Length), to = text.Length, message = parsed.Error, severity = "error" }];
        try
        {
            await _editor.InvokeVoidAsync("setProblems", Leaving, text, marks);
        }
        catch (Exception gone) when (gone is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The page was left meanwhile.
        }
    }

    private async Task<bool> KeepAsync(CancellationToken cancellationToken)
    {
        if (_saved is null || IsChanged || !_model.Rule.IsInStep)
        {
            await Organisation.SavedAudiences.KeepDraftAsync(Id ?? 0, _saved?.Version ?? 0, _model.Rule.Text, Actor, cancellationToken);
            return true;
        }

        await Organisation.SavedAudiences.DropDraftAsync(Id ?? 0, Actor, cancellationToken);
        _resumed = null;
        return false;
    }

    private async Task FlushAsync()
    {
        if (_editor is not null)
            await _editor.InvokeVoidAsync("flush", Leaving);
    }

    private async Task UnmountAsync()
    {
        foreach (var part in new[] { _editor, _keys }.OfType<IJSObjectReference>())
        {
            await part.InvokeVoidAsync("destroy", CancellationToken.None);
            await part.DisposeAsync();
        }

        (_editor, _keys) = (null, null);
    }

    private static string Capital(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];

    private string InWords(string text) => AudienceQuery.Parse(text).Query is { } query ? Capital(_model.Words.Of(query)) : text;

    /// <summary>Without the near ones, which stand beside it as buttons.</summary>
    private static string Said(Shards.AudienceProblem problem) =>
        problem.Wrong.Length > 0 && problem.Message.IndexOf(" Near", StringComparison.Ordinal) is > 0 and var at ? problem.Message[..at] : problem.Message;

    private string Place(Shards.AudienceProblem problem) =>
        problem.Part < _model.Rule.Parsed.Spans.Count ? string.Create(CultureInfo.InvariantCulture, $"Column {_model.Rule.Parsed.Spans[problem.Part].Start + 1}: ") : "";
}
