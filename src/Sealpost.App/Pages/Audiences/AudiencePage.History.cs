using Sealpost.Audience;
using Sealpost.Campaigns;

namespace Sealpost.App.Pages.Audiences;

/// <summary>Saved versions: what changed between them, and going back to one.</summary>
public sealed partial class AudiencePage
{
    private AudienceComparison? _comparison;
    private int _comparedAt;

    private async Task SavedAsync(SavedAudience saved, CancellationToken cancellationToken)
    {
        (_saved, _resumed) = (saved, null);
        _keeper.Reset();
        await ReadHistoryAsync(cancellationToken);
    }

    private async Task ReadHistoryAsync(CancellationToken cancellationToken)
    {
        _history = _saved is null ? [] : await Organisation.SavedAudiences.HistoryAsync(_saved.Id, Actor, cancellationToken);
        _uses = _saved is null ? [] : await Organisation.SavedAudiences.UsesAsync(_saved.Id, Actor, cancellationToken);
    }

    /// <summary>What a version changed, or what changed since it, below its line; the same again closes it.</summary>
    private Task<bool> ChangesAsync(int at, int before, int after) => DoAsync(async token =>
    {
        var isOpen = Shows(at, before);
        _comparison = isOpen ? null : await Organisation.SavedAudiences.CompareAsync(_saved!.Id, before, after, _model.Words, Actor, token);
        _comparedAt = at;
    });

    private bool Shows(int at, int before) => _comparison is { } shown && _comparedAt == at && shown.Before.Version == before;

    private Task<bool> RestoreAsync(SavedAudience version) => DoAsync(async token =>
    {
        await SavedAsync(await Organisation.SavedAudiences.RestoreAsync(_saved!.Id, version.Version, Actor, token), token);
        (_historyOpen, _comparison) = (false, null);
        await TakeAsync(_saved.Query);
        Toasts.Say($"Version {version.Version} is version {_saved.Version} now; the history stays whole.");
    });

    private async Task LookAtAsync(SavedAudience version)
    {
        (_historyOpen, _comparison) = (false, null);
        await TakeAsync(version.Query);
        Toasts.Say($"The editor shows version {version.Version}. Nothing is saved yet.", "Undo", () => InvokeAsync(UndoAsync));
    }
}
