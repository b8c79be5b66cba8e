using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.App.Pages.Content;

/// <summary>Variants of the message by language.</summary>
public sealed partial class MessageEditor
{
    /// <summary>Shows the message in a language.</summary>
    public async Task OpenLanguageAsync(string language)
    {
        await FlushAsync();
        (_language, _mounted) = (language, false);
        StateHasChanged();
    }

    private async Task AddLanguageAsync()
    {
        if (Languages.Normalise(_newLanguage) is not { } language || _message.All.Any(variant => variant.Language == language))
        {
            Toasts.Warn("Write a language tag that the message does not have yet, such as es.");
            return;
        }

        await FlushAsync();
        _message = _message with { Variants = [.. _message.Variants, Current with { Language = language }] };
        (_addingLanguage, _language, _mounted) = (false, language, false);
        Typed(Current);
    }

    private void RemoveLanguage()
    {
        var removed = Current;
        _message = _message with { Variants = [.. _message.Variants.Where(variant => variant.Language != removed.Language)] };
        (_language, _mounted) = (_message.Fallback.Language, false);
        Typed(Current);
        Toasts.Say($"{Languages.NameOf(removed.Language)} removed.", "Undo", () => InvokeAsync(() =>
        {
            if (Leaving.IsCancellationRequested)
                throw new RefusedException("You left the text meanwhile. Open it again, and add the language there.");
            if (_message.All.Any(variant => variant.Language == removed.Language))
                throw new RefusedException($"The message has a text in {Languages.NameOf(removed.Language)} again.");
            _message = _message with { Variants = [.. _message.Variants, removed] };
            Typed(Current);
        }));
    }
}
