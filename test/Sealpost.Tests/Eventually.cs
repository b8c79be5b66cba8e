using Microsoft.Extensions.Time.Testing;

namespace Sealpost.Tests;

/// <summary>The one way to wait for what another process does: look again until it is so, for as long as a slow and busy machine may need.</summary>
internal static class Eventually
{
    /// <summary>Far more than anything takes; only what never comes is waited for this long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static Task TrueAsync(Func<bool> condition, string what, CancellationToken cancellationToken = default) =>
        TrueAsync(() => Task.FromResult(condition()), what, cancellationToken);

    /// <param name="condition">Looked at every 50 ms.</param>
    /// <param name="what">What is waited for, as a statement: "Postfix delivers".</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static Task TrueAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken = default) =>
        FoundAsync(async () => await condition() ? "" : null, () => Task.FromResult(what), cancellationToken);

    /// <summary>Turns a clock as fast as the world's until something is so: faster, and a busy machine would run into the limits of SMTP.</summary>
    public static Task TurnedAsync(FakeTimeProvider clock, Func<Task<bool>> condition, string what, CancellationToken cancellationToken = default) => TrueAsync(
        async () =>
        {
            if (await condition())
                return true;
            clock.Advance(Look);
            return false;
        },
        what,
        cancellationToken);

    /// <summary>Deletes a folder in which daemons that were told to stop may still end what they began: a file made meanwhile stays, and is looked for again.</summary>
    public static Task DeletedAsync(string folder) => TrueAsync(
        () =>
        {
            try
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder, recursive: true);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        },
        "a folder is given up by its daemons");

    /// <summary>Waits until a look finds something, and returns it.</summary>
    public static Task<T> FoundAsync<T>(Func<Task<T?>> look, string what, CancellationToken cancellationToken = default)
        where T : class =>
        FoundAsync(look, () => Task.FromResult(what), cancellationToken);

    /// <summary>Waits until a look finds something, and returns it; what is said where it never comes is asked for then, so that it can hold a log.</summary>
    public static async Task<T> FoundAsync<T>(Func<Task<T?>> look, Func<Task<string>> what, CancellationToken cancellationToken = default)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } found)
                return found;
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"In {Patience.TotalMinutes:0} minutes this did not come: {await what()}");
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }
}
