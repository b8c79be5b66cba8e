using Sealpost.App.Demo;

namespace Sealpost.Tests.Campaigns;

/// <summary>Lets a number of messages into the demo's mailbox and holds all others before their recipient is answered, so that a test acts in the midst of a campaign however fast either runs.</summary>
internal sealed class MailboxGate : IDisposable
{
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
        while (!work.IsCompleted)
        {
            Let(1);
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(10)));
        }

        await work;
    }

    /// <summary>Holds nothing any more.</summary>
    public void Open() => Let(1_000_000);

    public void Dispose() => _room.Dispose();
}
