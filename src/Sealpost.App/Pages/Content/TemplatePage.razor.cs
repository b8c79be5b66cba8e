using Microsoft.AspNetCore.Components;
using Sealpost.App.Pages.Shared;
using Sealpost.Content.Drafts;
using Sealpost.Library;

namespace Sealpost.App.Pages.Content;

/// <summary>Writing a template, its versions, and drafts beside them. Every pause in typing keeps a draft.</summary>
public sealed partial class TemplatePage
{
    private TemplateVersion _template = default!;
    private MessageDraft _draft = new();
    private KeptDraft? _found;
    private IReadOnlyList<KeptDraft> _others = [];
    private IReadOnlyList<TemplateVersion> _history = [];
    private IReadOnlyList<PartComparison>? _comparison;
    private Dictionary<string, string> _people = [];
    private MessageEditor? _editor;
    private DraftKeeper _keeper = default!;
    private long _revision;
    private int _base, _taken;
    private bool _renaming, _versionsOpen;
    private string _newName = "";

    /// <summary>Number of the template.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <inheritdoc/>
    protected override object? Key => Id;

    private ContentLibrary Library => new(Organisation.Context);

    private string StateText => $"Version {_template.Version}, saved {Second(_template.SavedAt)} by {_people.GetValueOrDefault(_template.Author, _template.Author)}. {_keeper.State}";

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

        (_draft, _base, _newName) = (_template.Draft, _template.Version, _template.Name);
        _taken++;
        _keeper.Reset();
        _people = (await Organisation.People.ListAsync(cancellationToken)).ToDictionary(person => person.Id, person => person.Name);
        _people["local-owner"] = "the folder's owner";
        var drafts = await Library.Templates.DraftsAsync(Id, Actor, cancellationToken);
        _found = drafts.FirstOrDefault(draft => draft.Author == Actor.Id);
        _others = [.. drafts.Where(draft => draft.Author != Actor.Id)];
        _revision = _found?.Revision ?? 0;
        _history = await Library.Templates.HistoryAsync(_template.Name, Actor, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Disposing() => _keeper.Dispose();

    private Task FlushAsync() => _editor?.FlushAsync() ?? Task.CompletedTask;

    private Task CheckAsync(CancellationToken cancellationToken) => _editor?.CheckAsync(cancellationToken) ?? Task.CompletedTask;
}
