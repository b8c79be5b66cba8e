using System.Data.Common;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>One thing to commit and who waits for it.</summary>
internal sealed class OutcomeEntry(Intent? intent, Settlement? settlement)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Intent? Intent => intent;

    public Settlement? Settlement { get; set; } = settlement;

    /// <summary>The row took it.</summary>
    public bool Held { get; set; }

    public bool IsReminder => intent?.IsReminder ?? Settlement?.IsReminder ?? false;

    public long Campaign => intent?.Campaign ?? Settlement!.Campaign;

    public Task<bool> Done => _done.Task;

    public Func<DbTransaction, CancellationToken, Task<IReadOnlyList<JournalLine>>>? Change { get; init; }

    /// <summary>What follows from a settlement.</summary>
    public Func<DbTransaction, CancellationToken, Task<IReadOnlyList<JournalLine>>>? Follow { get; init; }

    public CancellationToken Stopping { get; set; }

    private IReadOnlyList<JournalLine> Lines { get; set; } = [];

    private RefusedException? Refusal { get; set; }

    public async Task ChangeAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            Lines = await Change!(transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException refusal)
        {
            Refusal = refusal;
        }
    }

    public async Task FollowAsync(DbTransaction transaction, CancellationToken cancellationToken) => Lines = await Follow!(transaction, cancellationToken).ConfigureAwait(false);

    public IEnumerable<JournalLine> ToLines() =>
        Change is not null ? Lines
        : !Held ? []
        : Lines.Count == 0 ? [intent?.ToLine() ?? Settlement!.ToLine()]
        : [Settlement!.ToLine(), .. Lines];

    public void Complete()
    {
        if (Refusal is not null)
            _done.TrySetException(Refusal);
        else
            _done.TrySetResult(Held);
    }

    public void Cancel() => _done.TrySetCanceled(Stopping);

    public void Fail(Exception failure) => _done.TrySetException(failure);
}
