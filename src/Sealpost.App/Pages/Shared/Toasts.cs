namespace Sealpost.App.Pages.Shared;

/// <summary>Short messages at the edge of the page: what was done, what was refused, how to undo.</summary>
internal sealed class Toasts
{
    private readonly List<Toast> _shown = [];
    private int _last;

    /// <summary>Something appeared or went.</summary>
    public event EventHandler? Changed;

    public IReadOnlyList<Toast> Shown
    {
        get
        {
            lock (_shown)
                return [.. _shown];
        }
    }

    /// <summary>Says what was done.</summary>
    public void Say(string text) => Add(text, false, null, null);

    /// <summary>Says what was done, with a button that undoes it.</summary>
    public void Say(string text, string undo, Func<Task> action) => Add(text, false, undo, action);

    /// <summary>Says what was refused, and stays until closed.</summary>
    public void Warn(string text) => Add(text, true, null, null);

    public void Close(int id)
    {
        lock (_shown)
            _shown.RemoveAll(toast => toast.Id == id);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    private void Add(string text, bool warning, string? undo, Func<Task>? action)
    {
        lock (_shown)
        {
            _shown.Add(new Toast(++_last, text, warning, undo, action));
            if (_shown.Count > 4)
                _shown.RemoveAt(0);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }
}

/// <summary>One of them.</summary>
/// <param name="Id">Number within the circuit.</param>
/// <param name="Text">The sentence.</param>
/// <param name="Warning">A refusal: stays until closed.</param>
/// <param name="Undo">Label of the button, or null.</param>
/// <param name="Action">What the button does.</param>
internal sealed record Toast(int Id, string Text, bool Warning, string? Undo, Func<Task>? Action);
