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

/// <summary>Writes a message of a template or a campaign: texts by language, code or visual, and beside them what the compiler says, previews and advice. The page that shows it keeps what is written.</summary>
public sealed partial class MessageEditor : IAsyncDisposable
{
    private MessageDraft _message = new();
    private string _language = Languages.Default;
    private StudioReport? _report;
    private IReadOnlyList<FieldEntry> _fields = [];
    private ElementReference _host, _frame;
    private IJSObjectReference? _module, _editor, _keys;
    private DotNetObjectReference<MessageEditor>? _self;
    private TemplateProblem? _lead;
    private int _changes;
    private bool _visual, _mounted, _lens, _fieldsOpen, _addingLanguage;
    private string _find = "", _newLanguage = "es";

    /// <summary>What it begins with; read again when <see cref="Taken"/> changes, not after each change that <see cref="Keep"/> was told of.</summary>
    [Parameter, EditorRequired]
    public MessageDraft Message { get; set; } = new();

    /// <summary>Counts how often another message took the place of the one that was written here.</summary>
    [Parameter]
    public int Taken { get; set; }

    /// <summary>Told of every change; keeps it after a pause. False where more was written meanwhile.</summary>
    [Parameter, EditorRequired]
    public Func<MessageDraft, Task<bool>> Keep { get; set; } = default!;

    /// <summary>Ctrl+S.</summary>
    [Parameter]
    public Func<Task>? OnSave { get; set; }

    /// <summary>What is missing in a field of a language, in words; null where nothing is.</summary>
    [Parameter]
    public Func<string, string, string?>? Lack { get; set; }

    /// <summary>What the problems keep from happening.</summary>
    [Parameter]
    public string? ProblemLead { get; set; }

    /// <summary>A place to begin at; null for the fallback's beginning.</summary>
    [Parameter]
    public TemplateProblem? Lead { get; set; }

    /// <summary>Blocks and brand values went in already: the message is a campaign's.</summary>
    [Parameter]
    public bool WrittenOut { get; set; }

    /// <summary>How many problems the newest text was found to have.</summary>
    public int ProblemCount => ProblemsShown.Count;

    /// <inheritdoc/>
    protected override object? Key => Taken;

    private ContentLibrary Library => new(Organisation.Context);

    private MessageStudio Studio => new(Organisation.Context, Library);

    private MessageVariant Current => _message.All.First(variant => variant.Language == _language);

    /// <summary>Nothing was written yet, which is no fault.</summary>
    private bool Empty => _message.All.All(variant => variant.Subject.Length == 0 && variant.Body.Length == 0);

    private IReadOnlyList<TemplateProblem> ProblemsShown => Empty ? [] : _report?.Check.Problems ?? [];

    private IReadOnlyList<FieldUse> UsesHere => [.. (_report?.Check.Uses ?? []).Where(use => (use.Language ?? _message.Fallback.Language) == _language)];

    private string ClassText => _report?.Class switch
    {
        null => "Mend the problems to see its class.",
        Consent.MessageClass.N0 => "Class N0: says nothing of the patient.",
        Consent.MessageClass.N1 => "Class N1: shows that somebody is a patient, and who.",
        Consent.MessageClass.N2 => "Class N2: holds clinical information; it travels only over verified encryption.",
        _ => "Class N3: holds sensitive information; it never travels by plain mail.",
    };

    private string Root => Organisation.Context.Organisation.PublicUrl.AbsoluteUri is var root && root.EndsWith('/') ? root : root + "/";

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        (_message, _mounted, _report) = (Message, false, null);
        _lead = Lead;
        if (_lead is not null)
            _language = LanguageOf(_lead);
        if (_message.All.All(variant => variant.Language != _language))
            _language = _message.Fallback.Language;
        _visual = _visual && _message.Format == BodyFormat.Mjml;
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
        var snippets = await SnippetsAsync();
        var brand = snippets.Brand;
        if (_visual)
        {
            var images = (await Library.Images.ListAsync(Actor, Leaving)).Select(image => new { image.Url, image.Label, image.Width, image.Height });
            _editor = await _module.InvokeAsync<IJSObjectReference>("frame", Leaving, _frame, _self, new { mjml = Current.Body, brand, root = Root, images, blocks = CanvasMarks.Offered(snippets.Blocks, _language) });
            await MarkAsync();
            return;
        }

        var fields = _fields.Select(field => new { field.Path, field.Label, field.Says, field.Example, expression = Expression(field) });
        _editor = await _module.InvokeAsync<IJSObjectReference>("create", Leaving, _host, _self, new { text = Current.Body, format = _message.Format.ToString(), label = "Body", fields, blocks = snippets.Blocks.Keys, brand = brand.Keys });
        await MarkAsync();
        if (_lead is { File: "body" } lead)
            await _editor.InvokeVoidAsync("go", Leaving, lead.Line, lead.Column ?? 1);
        _lead = null;
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
    public Task SaveKeyAsync() => InvokeAsync(() => OnSave?.Invoke() ?? FlushAsync());

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

    /// <summary>Asks the editor for what was typed last, so that <see cref="Keep"/> has heard of it.</summary>
    public async Task FlushAsync()
    {
        if (_editor is not null)
            await _editor.InvokeVoidAsync("flush", Leaving);
    }

    /// <summary>Looks at the newest text.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var (message, changes) = (_message, _changes);
        var report = WrittenOut ? await Studio.ReportWrittenOutAsync(message, Actor, cancellationToken) : await Studio.ReportAsync(message, Actor, cancellationToken);
        if (changes != _changes)
            return;
        _report = report;
        StateHasChanged();
        if (_mounted)
            await MarkAsync();
    }

    /// <summary>Leaves nothing behind in the browser.</summary>
    public async ValueTask DisposeAsync()
    {
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

    private static string Expression(FieldEntry field) => field.Insert.StartsWith("{{ ", StringComparison.Ordinal) ? field.Insert[3..^3] : field.Path;

    private static string? Filled(ChangeEventArgs change) => change.Value is string text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private async Task<Snippets> SnippetsAsync() => WrittenOut ? Snippets.None : await Library.SnippetsAsync(_message.Format, Leaving);

    private async Task ShowAsync(bool visual)
    {
        if (_visual == visual)
            return;
        await FlushAsync();
        (_visual, _mounted) = (visual, false);
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

    private void DropText() => Typed(Current with { Text = null });

    private void Typed(MessageVariant variant)
    {
        _message = variant.Language == _message.Fallback.Language
            ? _message with { Fallback = variant }
            : _message with { Variants = [.. _message.Variants.Select(other => other.Language == variant.Language ? variant : other)] };
        _changes++;
        var kept = Keep(_message);
        _ = BesideAsync(async leaving =>
        {
            if (await kept)
                await CheckAsync(leaving);
        });
        StateHasChanged();
    }
}
