using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Sealpost.App.Hosting;
using Sealpost.App.Pages.Shared;
using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Content.Fields;
using Sealpost.Content.Previews;
using Sealpost.Library;

namespace Sealpost.App.Pages.Content;

/// <summary>Writing a template: texts by language, code or visual, what the server's compiler says, previews, versions. Every pause in typing keeps a draft.</summary>
public sealed partial class TemplatePage : IAsyncDisposable
{
    private TemplateVersion _template = default!;
    private MessageDraft _draft = new();
    private string _language = Languages.Default;
    private StudioReport? _report;
    private KeptDraft? _found;
    private IReadOnlyList<KeptDraft> _others = [];
    private IReadOnlyList<TemplateVersion> _history = [];
    private IReadOnlyList<PartComparison>? _comparison;
    private IReadOnlyList<FieldEntry> _fields = [];
    private Dictionary<string, string> _people = [];
    private ElementReference _host, _frame;
    private IJSObjectReference? _module, _editor, _keys;
    private DotNetObjectReference<TemplatePage>? _self;
    private DraftKeeper _keeper = default!;
    private long _revision;
    private int _base;
    private bool _visual, _mounted, _lens, _fieldsOpen, _addingLanguage, _renaming, _versionsOpen;
    private string _find = "", _newLanguage = "es", _newName = "";

    /// <summary>Number of the template.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <inheritdoc/>
    protected override object? Key => Id;

    private ContentLibrary Library => new(Organisation.Context);

    private MessageStudio Studio => new(Organisation.Context, Library);

    private MessageVariant Current => _draft.All.First(variant => variant.Language == _language);

    private string StateText => $"Version {_template.Version}, saved {Second(_template.SavedAt)} by {_people.GetValueOrDefault(_template.Author, _template.Author)}. {_keeper.State}";

    private IReadOnlyList<TemplateProblem> ProblemsShown => _report?.Check.Problems ?? [];

    private IReadOnlyList<FieldUse> UsesHere => [.. (_report?.Check.Uses ?? []).Where(use => (use.Language ?? _draft.Fallback.Language) == _language)];

    private string ClassText => _report?.Class switch
    {
        null => "Mend the problems to see its class.",
        Consent.MessageClass.N0 => "Class N0: says nothing of the patient.",
        Consent.MessageClass.N1 => "Class N1: shows that somebody is a patient, and who.",
        Consent.MessageClass.N2 => "Class N2: holds clinical information; it travels only over verified encryption.",
        _ => "Class N3: holds sensitive information; it never travels by plain mail.",
    };

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            _template = await Library.Templates.GetAsync(Id, null, Actor, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.NotFound)
        {
            NotFound();
            return;
        }

        (_draft, _base, _language, _newName, _mounted) = (_template.Draft, _template.Version, _template.Draft.Fallback.Language, _template.Name, false);
        _keeper.Reset();
        _people = (await Organisation.People.ListAsync(cancellationToken)).ToDictionary(person => person.Id, person => person.Name);
        _people["local-owner"] = "the folder's owner";
        var drafts = await Library.Templates.DraftsAsync(Id, Actor, cancellationToken);
        _found = drafts.FirstOrDefault(draft => draft.Author == Actor.Id);
        _others = [.. drafts.Where(draft => draft.Author != Actor.Id)];
        _revision = _found?.Revision ?? 0;
        _history = await Library.Templates.HistoryAsync(_template.Name, Actor, cancellationToken);
        _fields = Studio.Fields();
        await CheckAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Loading || Missing || Problem is not null || _mounted)
            return;
        _mounted = true;
        _self ??= DotNetObjectReference.Create(this);
        _module ??= await Script.InvokeAsync<IJSObjectReference>("import", Leaving, WebAssets.Url("editor-code.js"));
        _keys ??= await _module.InvokeAsync<IJSObjectReference>("keys", Leaving, _self);
        await UnmountAsync();
        var snippets = await Library.SnippetsAsync(_draft.Format, Leaving);
        var brand = snippets.Brand;
        if (_visual)
        {
            var images = (await Library.Images.ListAsync(Actor, Leaving)).Select(image => new { image.Url, image.Label, image.Width, image.Height });
            _editor = await _module.InvokeAsync<IJSObjectReference>("frame", Leaving, _frame, _self, new { mjml = Current.Body, brand, root = Root, images, blocks = CanvasMarks.Offered(snippets.Blocks, _language) });
            await MarkAsync();
            return;
        }

        var fields = _fields.Select(field => new { field.Path, field.Label, field.Says, field.Example, expression = Expression(field) });
        var blocks = (await Library.Blocks.ListAsync(Actor, Leaving)).Select(block => block.Name);
        _editor = await _module.InvokeAsync<IJSObjectReference>("create", Leaving, _host, _self, new { text = Current.Body, format = _draft.Format.ToString(), label = "Body", fields, blocks, brand = brand.Keys });
        await MarkAsync();
    }

    /// <summary>The code editor's text, after a pause in typing.</summary>
    [JSInvokable("Typed")]
    public Task TypedAsync(string text) => InvokeAsync(() => Typed(Current with { Body = text }));

    /// <summary>What the visual editor proposes.</summary>
    [JSInvokable("Proposed")]
    public Task ProposedAsync(string mjml) => InvokeAsync(() => Typed(Current with { Body = mjml }));

    /// <summary>A field was to go into the visual editor, and nothing is chosen there that takes one.</summary>
    [JSInvokable("Nowhere")]
    public Task NowhereAsync() => InvokeAsync(() => Toasts.Warn("Click into a text of the message first; the field goes there."));

    /// <summary>Ctrl+S.</summary>
    [JSInvokable("SaveKey")]
    public Task SaveKeyAsync() => InvokeAsync(SaveAsync);

    /// <summary>Ctrl+Enter.</summary>
    [JSInvokable("PreviewKey")]
    public Task PreviewKeyAsync() => InvokeAsync(async () =>
    {
        await CheckAsync(Leaving);
        StateHasChanged();
    });

    /// <summary>Ctrl+I.</summary>
    [JSInvokable("FieldKey")]
    public Task FieldKeyAsync() => InvokeAsync(() =>
    {
        _fieldsOpen = true;
        StateHasChanged();
    });

    /// <summary>Leaves nothing behind in the browser.</summary>
    public async ValueTask DisposeAsync()
    {
        _keeper.Dispose();
        Dispose();
        try
        {
            await UnmountAsync();
            if (_keys is not null)
                await _keys.InvokeVoidAsync("destroy", CancellationToken.None);
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the editor with it.
        }

        _self?.Dispose();
    }

    private string Root => Organisation.Context.Organisation.PublicUrl.AbsoluteUri is var root && root.EndsWith('/') ? root : root + "/";

    private static string Expression(FieldEntry field) => field.Insert.StartsWith("{{ ", StringComparison.Ordinal) ? field.Insert[3..^3] : field.Path;

    private int ProblemCount(string language) => ProblemsShown.Count(problem => (problem.Language ?? _draft.Fallback.Language) == language);

    private string? FirstProblem(string file) => ProblemsShown.FirstOrDefault(problem => problem.File == file && (problem.Language ?? _draft.Fallback.Language) == _language)?.Message;

    private async Task ShowAsync(bool visual)
    {
        if (_visual == visual)
            return;
        await FlushAsync();
        (_visual, _mounted) = (visual, false);
    }

    private async Task FlushAsync()
    {
        if (_editor is not null)
            await _editor.InvokeVoidAsync("flush", Leaving);
    }

    private async Task UnmountAsync()
    {
        if (_editor is null)
            return;
        await _editor.InvokeVoidAsync("destroy", CancellationToken.None);
        await _editor.DisposeAsync();
        _editor = null;
    }

    private async Task InsertAsync(string liquid)
    {
        _fieldsOpen = false;
        if (_editor is not null)
            await _editor.InvokeVoidAsync("insert", Leaving, liquid);
    }

    private async Task ToggleLensAsync(ChangeEventArgs change)
    {
        _lens = (bool)change.Value!;
        await MarkAsync();
    }

    private async Task GoAsync(string file, int line, int? column, string? language = null)
    {
        if (language is not null && language != _language && _draft.All.Any(variant => variant.Language == language))
            await OpenLanguageAsync(language);
        if (file == "body" && !_visual && _editor is not null)
            await _editor.InvokeVoidAsync("go", Leaving, line, column ?? 1);
    }
}
