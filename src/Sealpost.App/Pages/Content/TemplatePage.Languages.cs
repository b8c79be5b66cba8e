using Sealpost.Content;
using Sealpost.Library;

namespace Sealpost.App.Pages.Content;

/// <summary>Variants of the message by language.</summary>
public sealed partial class TemplatePage
{
    private async Task OpenLanguageAsync(string language)
    {
        await FlushAsync();
        (_language, _mounted) = (language, false);
    }

    private async Task AddLanguageAsync()
    {
        if (Languages.Normalise(_newLanguage) is not { } language || _draft.All.Any(variant => variant.Language == language))
        {
            Toasts.Warn("Write a language tag that the template does not have yet, such as es.");
            return;
        }

        await FlushAsync();
        _draft = _draft with { Variants = [.. _draft.Variants, Current with { Language = language }] };
        (_addingLanguage, _language, _mounted) = (false, language, false);
        Typed(Current);
    }

    private async Task RemoveLanguageAsync()
    {
        var removed = Current;
        _draft = _draft with { Variants = [.. _draft.Variants.Where(variant => variant.Language != removed.Language)] };
        (_language, _mounted) = (_draft.Fallback.Language, false);
        Typed(Current);
        Toasts.Say($"{Languages.NameOf(removed.Language)} removed.", "Undo", () => InvokeAsync(() =>
        {
            if (Leaving.IsCancellationRequested)
                throw new RefusedException("You left the page meanwhile. Open the template again, and add the language there.");
            _draft = _draft with { Variants = [.. _draft.Variants, removed] };
            Typed(Current);
        }));
        await Task.CompletedTask;
    }
}
