using Microsoft.JSInterop;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Content;

/// <summary>What follows every pause in typing: the draft is kept, the compiler looks at it, and the editor is marked.</summary>
public sealed partial class TemplatePage
{
    private void Typed(MessageVariant variant)
    {
        Put(variant);
        _changes++;
        _state = "Not kept yet.";
        _typing.Cancel();
        _typing.Dispose();
        _typing = new CancellationTokenSource();
        _ = KeepSoonAsync(_typing.Token);
        StateHasChanged();
    }

    private void Put(MessageVariant variant) => _draft = variant.Language == _draft.Fallback.Language
        ? _draft with { Fallback = variant }
        : _draft with { Variants = [.. _draft.Variants.Select(other => other.Language == variant.Language ? variant : other)] };

    /// <summary>After a pause: keeps the draft, then checks it. What the page says of keeping is what happened.</summary>
    private async Task KeepSoonAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(350), Workplace.Time, cancellationToken);
            await KeepAsync();
            await CheckAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return; // Typing goes on.
        }

        StateHasChanged();
    }

    private async Task KeepAsync()
    {
        await _keeping.WaitAsync(Leaving);
        try
        {
            var (draft, changes) = (_draft, _changes);
            _state = "Keeping…";
            _revision = await Library.Templates.KeepDraftAsync(Id, _base, _revision, draft, Actor, Leaving);
            _found = null;
            _state = changes == _changes ? $"Draft kept {Local(Workplace.Time.GetUtcNow())}." : "Not kept yet.";
            if (changes == _changes)
                await Script.InvokeVoidAsync("sealpost.guard", Leaving, false);
        }
        catch (RefusedException refused)
        {
            _state = "Not kept: " + refused.Message;
        }
        finally
        {
            _keeping.Release();
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var (draft, changes) = (_draft, _changes);
        var report = await Studio.ReportAsync(draft, Actor, cancellationToken);
        if (changes != _changes)
            return;
        _report = report;
        StateHasChanged();
        if (_mounted)
            await MarkAsync();
    }

    private async Task MarkAsync()
    {
        if (_editor is null || _visual || _report is null)
            return;
        var problems = ProblemsShown.Where(problem => problem.File == "body" && (problem.Language ?? _draft.Fallback.Language) == _language)
            .Select(problem => new { problem.Line, problem.Column, problem.Length, problem.Message, severity = "error" })
            .Concat(_report.Advice.Where(piece => piece.File == "body" && piece.Language == _language && piece.Line is not null && piece.Weight == Sealpost.Content.Advice.AdviceWeight.Warning)
                .Select(piece => new { Line = piece.Line!.Value, Column = (int?)null, Length = 0, Message = $"{piece.Message} {piece.Mend}", severity = "warning" }));
        await _editor.InvokeVoidAsync("setProblems", Leaving, problems);
        var uses = _lens ? UsesHere.Where(use => use.File == "body").Select(use => new { use.Line, use.Column, use.Length, use.Label, says = $"{use.Label}: {string.Join(", ", use.Fields)} ({use.Role.ToString().ToLowerInvariant()})" }) : [];
        await _editor.InvokeVoidAsync("setLens", Leaving, uses);
    }
}
