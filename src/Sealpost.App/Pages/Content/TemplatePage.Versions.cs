using Sealpost.Library;

namespace Sealpost.App.Pages.Content;

/// <summary>Saved versions, and drafts beside them.</summary>
public sealed partial class TemplatePage
{
    private async Task SaveAsync()
    {
        await FlushAsync();
        await _keeper.StopAsync();
        await DoAsync(async token =>
        {
            if (_keeper.Changes > 0)
                await _keeper.KeepAsync(token);
            _template = await Library.Templates.SaveAsync(Id, _base, _draft, Actor, token);
            (_base, _revision) = (_template.Version, 0);
            _keeper.Reset();
            _history = await Library.Templates.HistoryAsync(_template.Name, Actor, token);
            await CheckAsync(token);
            Toasts.Say(_editor?.ProblemCount is null or 0 ? $"Version {_template.Version} saved." : $"Version {_template.Version} saved. It holds problems, so no campaign can take it yet.");
        });
    }

    private Task<bool> RenameAsync() => DoAsync(
        async token =>
        {
            await Library.Templates.RenameAsync(Id, _newName, Actor, token);
            _template = await Library.Templates.GetAsync(Id, null, Actor, token);
            _renaming = false;
        },
        "Renamed.");

    private Task<bool> CompareAsync(int version) => DoAsync(async token => _comparison = await Library.Templates.CompareAsync(Id, version, _draft, Actor, token));

    private async Task RestoreAsync(int version)
    {
        if (!await DoAsync(token => Library.Templates.RestoreAsync(Id, version, Actor, token), $"The texts of version {version} are the newest version again."))
            return;
        (_versionsOpen, _comparison) = (false, null);
        await ReloadAsync();
    }

    private void TakeDraft()
    {
        if (_found is not { } kept)
            return;
        (_draft, _base, _found) = (kept.Draft, kept.Base, null);
        _taken++;
        _keeper.Changed("Your kept draft.");
    }

    private async Task DropDraftAsync()
    {
        if (_found is not { } kept || !await DoAsync(token => Library.Templates.DiscardDraftAsync(Id, Actor, token)))
            return;
        (_found, _revision) = (null, 0);
        Toasts.Say("Your unsaved draft is thrown away.", "Undo", () => InvokeAsync(() => BringDraftBackAsync(kept)));
    }

    /// <summary>Puts a thrown-away draft back where nothing else was written since.</summary>
    private Task<bool> BringDraftBackAsync(KeptDraft kept) => DoAsync(
        async token =>
        {
            if (_revision != 0)
                throw new RefusedException("You wrote something else since, and that is kept instead.");
            _revision = await Library.Templates.KeepDraftAsync(Id, kept.Base, 0, kept.Draft, Actor, token);
            _found = kept with { Revision = _revision };
        },
        "Back again.");
}
