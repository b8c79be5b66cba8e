using Microsoft.JSInterop;

namespace Sealpost.App.Pages.Shared;

/// <summary>Keeps a draft after each pause in typing, one keeping at a time, so that nothing is lost with the connection. What it says of keeping is what happened.</summary>
/// <param name="pause">How long nothing is typed before the draft is kept.</param>
/// <param name="keep">Keeps what is written now; false where it is what was saved, so that there is nothing to keep.</param>
/// <param name="local">An instant as the page shows it.</param>
/// <param name="time">For pause and instant.</param>
/// <param name="script">Lets the browser leave without a question once everything is kept.</param>
internal sealed class DraftKeeper(TimeSpan pause, Func<CancellationToken, Task<bool>> keep, Func<DateTimeOffset, string> local, TimeProvider time, IJSRuntime script) : IDisposable
{
    private readonly SemaphoreSlim _keeping = new(1);
    private CancellationTokenSource _typing = new();

    /// <summary>What became of the last change, in words.</summary>
    public string State { get; private set; } = "";

    /// <summary>Changes since the page was opened or saved.</summary>
    public int Changes { get; private set; }

    /// <summary>Notes a change, which begins the pause anew.</summary>
    /// <param name="state">What is true of it now.</param>
    /// <returns>Cancelled by the next change.</returns>
    public CancellationToken Changed(string state = "Not kept yet.")
    {
        Changes++;
        State = state;
        _typing.Cancel();
        _typing.Dispose();
        _typing = new CancellationTokenSource();
        return _typing.Token;
    }

    /// <summary>Waits for the pause after a change, then keeps; false where another change came first.</summary>
    public async Task<bool> KeepSoonAsync(CancellationToken typing, CancellationToken leaving)
    {
        try
        {
            await Task.Delay(pause, time, typing);
        }
        catch (OperationCanceledException) when (typing.IsCancellationRequested)
        {
            return false;
        }

        await KeepAsync(leaving);
        return true;
    }

    /// <summary>Keeps now.</summary>
    public async Task KeepAsync(CancellationToken leaving)
    {
        await _keeping.WaitAsync(leaving);
        try
        {
            var changes = Changes;
            State = "Keeping…";
            var kept = await keep(leaving);
            State = changes != Changes ? "Not kept yet." : kept ? $"Draft kept {local(time.GetUtcNow())}." : "";
            if (changes == Changes)
                await script.InvokeVoidAsync("sealpost.guard", leaving, false);
        }
        catch (RefusedException refused)
        {
            State = "Not kept: " + refused.Message;
        }
        finally
        {
            _keeping.Release();
        }
    }

    /// <summary>What was written is saved, or thrown away.</summary>
    public void Reset(string state = "") => (Changes, State) = (0, state);

    /// <summary>Keeps nothing more of what was typed so far.</summary>
    public Task StopAsync() => _typing.CancelAsync();

    public void Dispose()
    {
        _typing.Cancel();
        _typing.Dispose();
        _keeping.Dispose();
    }
}
