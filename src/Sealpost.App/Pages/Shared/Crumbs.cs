namespace Sealpost.App.Pages.Shared;

/// <summary>Where the person is, for the bar on top: set by each page's head.</summary>
internal sealed class Crumbs
{
    /// <summary>The trail changed.</summary>
    public event EventHandler? Changed;

    /// <summary>Text and address of each step, outermost first; the last is the page itself.</summary>
    public IReadOnlyList<(string Text, string? Href)> Trail { get; private set; } = [];

    public void Set(IReadOnlyList<(string Text, string? Href)> trail)
    {
        Trail = trail;
        Changed?.Invoke(this, EventArgs.Empty);
    }
}
