using System.Globalization;
using Microsoft.AspNetCore.Components;
using Sealpost.App.Pages.Content;
using Sealpost.Campaigns;
using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Campaigns;

/// <summary>The step in which the message is written, in each of its languages.</summary>
public sealed partial class CampaignEditPage
{
    /// <summary>A pause in typing after which the text is saved.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(350);

    private MessageEditor? _editor;
    private MessageDraft? _message;
    private TemplateProblem? _lead;
    private int _taken;

    private static string Listed(IReadOnlyList<string> languages)
    {
        var names = languages.Select(Languages.NameOf).ToList();
        return names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";
    }

    /// <summary>What is missing, which the compiler does not speak of: it sees whole messages only.</summary>
    private string? LackIn(string field, string language) => _open.Revision == 0 ? null
        : Of(DraftStep.Content).FirstOrDefault(problem => problem.Field == field && problem.Line == 0 && (problem.Language ?? _draft.Language ?? Languages.Default) == language)?.Message;

    private async Task<bool> TypedAsync(MessageDraft message)
    {
        _message = message;
        Put(_draft.With(message));
        StateHasChanged();
        await Task.Delay(Pause, Workplace.Time, Leaving);
        if (_message != message)
            return false;
        await SaveAsync();
        StateHasChanged();
        return true;
    }

    /// <summary>Whatever is still being typed is saved before another step or page is shown, or the campaign goes anywhere.</summary>
    private async Task KeepAllAsync()
    {
        await FlushAsync();
        await SaveAsync();
    }

    private Task FlushAsync() => _editor?.FlushAsync() ?? Task.CompletedTask;

    private Task OpenLanguageAsync(string language) => _editor?.OpenLanguageAsync(language) ?? Task.CompletedTask;

    private async Task TestAsync()
    {
        await KeepAllAsync();
        _testing = _kept == _changes;
    }

    /// <summary>Leads to where a problem stands, in the language in which it stands.</summary>
    private Task LeadAsync(DraftProblem problem) =>
        GoAsync((int)problem.Step, problem.Step != DraftStep.Content ? null : new TemplateProblem(problem.Field, Math.Max(problem.Line, 1), problem.Message) { Language = problem.Language });

    private async Task FormatAsync(ChangeEventArgs change)
    {
        await FlushAsync();
        Put(_draft.With(_draft.ToMessage() with { Format = Enum.Parse<BodyFormat>(Text(change)) }));
        _taken++;
        await SaveAsync();
    }

    private async Task TakeTemplateAsync(ChangeEventArgs change)
    {
        await FlushAsync(); // What was typed last must not come after the template, over it.
        if (_templates.FirstOrDefault(one => one.Id.ToString(CultureInfo.InvariantCulture) == Text(change)) is not { } template)
            return;
        CampaignDraft? draft = null;
        if (!await DoAsync(async token => draft = _draft.With(await Library.Templates.PinAsync(template.Name, template.Version, Actor, token), template.Name)))
            return;
        Put(draft!);
        _taken++;
        await SaveAsync();
    }
}
