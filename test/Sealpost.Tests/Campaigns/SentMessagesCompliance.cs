using System.Text;
using Sealpost.App.Demo;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;

namespace Sealpost.Tests.Campaigns;

/// <summary>A clinic on a database of either kind whose messages were really sent, for tests of what comes back.</summary>
public abstract class SentMessagesCompliance : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;

    private protected static CancellationToken Token => TestClinic.Token;

    private protected DemoMailbox Mailbox { get; private set; } = null!;

    private protected TestClinic Clinic { get; private set; } = null!;

    /// <summary>Number of the campaign that was sent.</summary>
    private protected long Campaign { get; set; }

    private protected abstract Task<string?> UrlAsync();

    public async ValueTask InitializeAsync()
    {
        Mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        Clinic = await UrlAsync() is { } url
            ? await TestClinic.SendingOnAsync(url, Mailbox.Describe(), _folder, database => database, Token)
            : await TestClinic.SendingToAsync(Mailbox.Describe(), _folder, options => options, database => database, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Clinic.DisposeAsync();
        await Mailbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends the campaign "first" to patients with these mailboxes, numbered from 0.</summary>
    private protected async Task SentAsync(params string[] mailboxes)
    {
        for (var i = 0; i < mailboxes.Length; i++)
            await Clinic.AddPatientAsync(i, mailboxes[i]);
        Campaign = (await Clinic.SendAndWaitAsync(TestClinic.Content("first"))).Campaign;
    }

    /// <summary>Open requests of patients.</summary>
    private protected Task<IReadOnlyList<PatientRequest>> RequestsAsync() => StopAddress.RequestsOf(Clinic.Context).ListAsync(openOnly: true, 0, 100, Token);

    /// <summary>Every byte that is kept in the folder, a file at a time.</summary>
    private protected async IAsyncEnumerable<string> KeptAsync()
    {
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, Token);
            yield return Encoding.Latin1.GetString(memory.ToArray());
        }
    }
}
