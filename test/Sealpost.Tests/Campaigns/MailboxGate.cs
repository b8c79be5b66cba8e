using Sealpost.App.Demo;

namespace Sealpost.Tests.Campaigns;

/// <summary>Lets a number of messages into the demo's mailbox and holds all others before their recipient is answered, so that a test acts in the midst of a campaign however fast either runs.</summary>
internal sealed class MailboxGate : IDisposable
{
    /// <summary>As many as may wait at the gate at once in the tests that use it.</summary>
    private const int EveryConnection = 64;

    private readonly SemaphoreSlim _room = new(0);

    public MailboxOptions Options => new()
    {
        Hold = (stage, _, cancellationToken) => stage == MailboxStage.BeforeRecipientReply ? _room.WaitAsync(cancellationToken) : Task.CompletedTask,
    };

    public void Let(int messages) => _room.Release(messages);

    /// <summary>Lets those that wait go on, so that work which waits for them can end, and returns once it has.</summary>
    public async Task LetWaitingAsync(Task work)
    {
        // A connection that was let through may come back with its next message before the work ends it.
        Let(EveryConnection);
        while (!work.IsCompleted)
        {
            if (_room.CurrentCount == 0)
                Let(1);
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(100)));
        }

        await work;
    }

    /// <summary>Holds nothing any more.</summary>
    public void Open() => Let(1_000_000);

    public void Dispose() => _room.Dispose();
}
