using Microsoft.JSInterop;
using Sealpost.App.Pages.Shared;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Content;

/// <summary>What follows every pause in typing: the draft is kept, the compiler looks at it, and the editor is marked.</summary>
public sealed partial class TemplatePage
{
    /// <inheritdoc/>
    protected override void OnInitialized() => _keeper = new DraftKeeper(TimeSpan.FromMilliseconds(350), KeepAsync, Second, Workplace.Time, Script);

    private void Typed(MessageVariant variant)
    {
        Put(variant);
        var typing = _keeper.Changed();
        _ = BesideAsync(async leaving =>
        {
            if (await _keeper.KeepSoonAsync(typing, leaving))
                await CheckAsync(leaving);
        });
        StateHasChanged();
    }

    private void Put(MessageVariant variant) => _draft = variant.Language == _draft.Fallback.Language
        ? _draft with { Fallback = variant }
        : _draft with { Variants = [.. _draft.Variants.Select(other => other.Language == variant.Language ? variant : other)] };

    private async Task<bool> KeepAsync(CancellationToken cancellationToken)
    {
        _revision = await Library.Templates.KeepDraftAsync(Id, _base, _revision, _draft, Actor, cancellationToken);
        _found = null;
        return true;
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var (draft, changes) = (_draft, _keeper.Changes);
        var report = await Studio.ReportAsync(draft, Actor, cancellationToken);
        if (changes != _keeper.Changes)
            return;
        _report = report;
        StateHasChanged();
        if (_mounted)
            await MarkAsync();
    }

    private async Task MarkAsync()
    {
        if (_editor is null || _report is null)
            return;
        if (_visual)
        {
            var marks = _lens ? CanvasMarks.Of(UsesHere, (await Library.SnippetsAsync(_draft.Format, Leaving)).Blocks, _language) : [];
            await _editor.InvokeVoidAsync("setLens", Leaving, marks);
            return;
        }

        var problems = ProblemsShown.Where(problem => problem.File == "body" && (problem.Language ?? _draft.Fallback.Language) == _language)
            .Select(problem => new { problem.Line, problem.Column, problem.Length, problem.Message, severity = "error" })
            .Concat(_report.Advice.Where(piece => piece.File == "body" && piece.Language == _language && piece.Line is not null && piece.Weight == Sealpost.Content.Advice.AdviceWeight.Warning)
                .Select(piece => new { Line = piece.Line!.Value, Column = (int?)null, Length = 0, Message = $"{piece.Message} {piece.Mend}", severity = "warning" }));
        await _editor.InvokeVoidAsync("setProblems", Leaving, problems);
        var uses = _lens ? UsesHere.Where(use => use.File == "body").Select(use => new { use.Line, use.Column, use.Length, use.Label, says = $"{use.Label}: {string.Join(", ", use.Fields)} ({use.Role.ToString().ToLowerInvariant()})" }) : [];
        await _editor.InvokeVoidAsync("setLens", Leaving, uses);
    }
}
