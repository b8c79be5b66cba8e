using Microsoft.JSInterop;

namespace Sealpost.App.Pages.Shared;

/// <summary>Answers a browser that asks whether what it sent before has arrived: the calls of one page come in order.</summary>
public static class Hearing
{
    /// <summary>Does nothing; its answer is what counts. Called by app.js.</summary>
    [JSInvokable]
    public static void Heard()
    {
    }
}
