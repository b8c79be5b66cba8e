using Microsoft.JSInterop;
using Sealpost.Content;

namespace Sealpost.App.Pages.Content;

/// <summary>What the compiler found, marked where it stands.</summary>
public sealed partial class MessageEditor
{
    private string LanguageOf(TemplateProblem problem) => problem.Language ?? _message.Fallback.Language;

    private int CountOf(string language) => ProblemsShown.Count(problem => LanguageOf(problem) == language);

    private string? Lacking(string field) => Lack?.Invoke(field, _language);

    private string? FirstProblem(string file) => ProblemsShown.FirstOrDefault(problem => problem.File == file && LanguageOf(problem) == _language)?.Message ?? Lacking(file);

    private async Task GoAsync(string language, string file, int line, int? column)
    {
        if (language != _language && _message.All.Any(variant => variant.Language == language))
        {
            _lead = new TemplateProblem(file, line, "") { Column = column, Language = language }; // Once the other text is there.
            await OpenLanguageAsync(language);
        }
        else if (file == "body" && !_visual && _editor is not null)
        {
            await _editor.InvokeVoidAsync("go", Leaving, line, column ?? 1);
        }
    }

    private async Task MarkAsync()
    {
        if (_editor is null || _report is null)
            return;
        if (_visual)
        {
            var marks = _lens ? CanvasMarks.Of(UsesHere, (await SnippetsAsync()).Blocks, _language) : [];
            await _editor.InvokeVoidAsync("setLens", Leaving, marks);
            return;
        }

        var problems = ProblemsShown.Where(problem => problem.File == "body" && LanguageOf(problem) == _language)
            .Select(problem => new { problem.Line, problem.Column, problem.Length, problem.Message, severity = "error" })
            .Concat(_report.Advice.Where(piece => piece.File == "body" && piece.Language == _language && piece.Line is not null && piece.Weight == Sealpost.Content.Advice.AdviceWeight.Warning)
                .Select(piece => new { Line = piece.Line!.Value, Column = (int?)null, Length = 0, Message = $"{piece.Message} {piece.Mend}", severity = "warning" }));
        await _editor.InvokeVoidAsync("setProblems", Leaving, problems);
        var uses = _lens ? UsesHere.Where(use => use.File == "body").Select(use => new { use.Line, use.Column, use.Length, use.Label, says = $"{use.Label}: {string.Join(", ", use.Fields)} ({use.Role.ToString().ToLowerInvariant()})" }) : [];
        await _editor.InvokeVoidAsync("setLens", Leaving, uses);
    }
}
