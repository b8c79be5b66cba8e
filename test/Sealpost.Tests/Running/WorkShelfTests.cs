using Microsoft.Extensions.Time.Testing;
using Sealpost.People;
using Sealpost.Running;

namespace Sealpost.Tests.Running;

/// <summary>Long work goes on when its page is left, is found again, and ends in order.</summary>
public sealed class WorkShelfTests : IAsyncLifetime
{
    private static readonly Actor Noor = new("u-admin", "Noor Haddad", Roles.Administrator);

    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkShelf _shelf = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _shelf = new WorkShelf(_time);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _shelf.DisposeAsync();

    [Fact]
    public async Task Leaving_stops_the_waiting_and_not_the_work()
    {
        using var leaving = new CancellationTokenSource();
        var waiting = _shelf.RunAsync(WorkKinds.Backup, Noor, WaitAsync, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(_shelf.Runs(WorkKinds.Backup));
        var found = _shelf.Find(WorkKinds.Backup)!;
        _end.SetResult("Made.");
        await found.EndedAsync(Token);
        Assert.Equal(("Made.", null, Noor), (found.Result, found.Problem, found.By));
        Assert.Same(found, _shelf.Find(WorkKinds.Backup));
    }

    [Fact]
    public async Task An_end_is_kept_for_a_while_or_until_it_was_seen()
    {
        _end.SetResult("Made.");
        await _shelf.RunAsync(WorkKinds.Backup, Noor, WaitAsync, Token);
        _time.Advance(WorkShelf.Kept - TimeSpan.FromSeconds(1));
        Assert.Equal("Made.", _shelf.Find(WorkKinds.Backup)?.Result);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_shelf.Find(WorkKinds.Backup));
        await _shelf.RunAsync(WorkKinds.Backup, Noor, WaitAsync, Token);
        _shelf.Dismiss(WorkKinds.Backup, _shelf.Find(WorkKinds.Backup)!);
        Assert.Null(_shelf.Find(WorkKinds.Backup));
    }

    [Fact]
    public async Task One_piece_of_a_kind_runs_at_a_time_and_other_kinds_beside_it()
    {
        var first = _shelf.RunAsync(WorkKinds.Undo(1), Noor, WaitAsync, Token);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _shelf.RunAsync(WorkKinds.Undo(1), Noor, WaitAsync, Token));
        Assert.Equal((RefusalKind.Changed, "This runs already, begun by Noor Haddad. Wait for its end."), (refused.Kind, refused.Message));
        Assert.Equal("two", await _shelf.RunAsync(WorkKinds.Undo(2), Noor, static (_, _) => Task.FromResult("two"), Token));
        _end.SetResult("one");
        Assert.Equal("one", await first);
        Assert.Equal("again", await _shelf.RunAsync(WorkKinds.Undo(1), Noor, static (_, _) => Task.FromResult("again"), Token));
    }

    [Fact]
    public async Task A_refusal_is_told_to_the_one_who_waits_and_kept_for_the_one_who_left()
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => _shelf.RunAsync(WorkKinds.Keys, Noor, static (_, _) => throw new RefusedException("Not now."), Token));
        Assert.Equal("Not now.", refused.Message);
        Assert.Null(_shelf.Find(WorkKinds.Keys));

        using var leaving = new CancellationTokenSource();
        var waiting = _shelf.RunAsync(WorkKinds.Keys, Noor, WaitAsync, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var left = _shelf.Find(WorkKinds.Keys)!;
        _end.SetException(new InvalidDataException("Ada Quill, 27 April 1961"));
        await left.EndedAsync(Token);
        Assert.Equal("It failed (InvalidDataException). Begin it again, and if it fails again, report this line.", _shelf.Find(WorkKinds.Keys)!.Problem);
    }

    [Fact]
    public async Task Progress_is_shown_to_whoever_looks()
    {
        var reported = new TaskCompletionSource();
        var run = _shelf.RunAsync(WorkKinds.Demo, Noor, (progress, _) =>
        {
            progress.Report(new WorkProgress("3 of 4", 0.75));
            reported.SetResult();
            return _end.Task;
        }, Token);
        await reported.Task.WaitAsync(Token);
        Assert.Equal(new WorkProgress("3 of 4", 0.75), _shelf.Find(WorkKinds.Demo)!.Progress);
        _end.SetResult("Here.");
        await run;
    }

    [Fact]
    public async Task A_stop_of_the_server_ends_the_work_before_it_goes_on()
    {
        var ended = false;
        var begun = new TaskCompletionSource();
        var run = _shelf.RunAsync(WorkKinds.Replay, Noor, async (_, stop) =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop);
                return "";
            }
            finally
            {
                await Task.Yield();
                ended = true;
            }
        }, Token);
        await begun.Task.WaitAsync(Token);
        await _shelf.DisposeAsync();
        Assert.True(ended);
        Assert.Equal(PieceOfWork.StoppedWords, (await Assert.ThrowsAsync<RefusedException>(() => run)).Message);
        Assert.Contains("being stopped", (await Assert.ThrowsAsync<RefusedException>(() => _shelf.RunAsync(WorkKinds.Replay, Noor, WaitAsync, Token))).Message, StringComparison.Ordinal);
    }

    private Task<string> WaitAsync(IProgress<WorkProgress> progress, CancellationToken stop) => _end.Task;
}
