using Sealpost.App.Pages.Shared;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Content;

/// <summary>What follows every pause in typing: the draft is kept.</summary>
public sealed partial class TemplatePage
{
    /// <inheritdoc/>
    protected override void OnInitialized() => _keeper = new DraftKeeper(TimeSpan.FromMilliseconds(350), KeepAsync, Second, Workplace.Time, Script);

    private async Task<bool> TypedAsync(MessageDraft draft)
    {
        _draft = draft;
        var typing = _keeper.Changed();
        StateHasChanged();
        var kept = await _keeper.KeepSoonAsync(typing, Leaving);
        StateHasChanged();
        return kept;
    }

    private async Task<bool> KeepAsync(CancellationToken cancellationToken)
    {
        _revision = await Library.Templates.KeepDraftAsync(Id, _base, _revision, _draft, Actor, cancellationToken);
        _found = null;
        return true;
    }
}
