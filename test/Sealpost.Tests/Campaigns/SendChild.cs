using Sealpost.App.Demo;

namespace Sealpost.Tests.Campaigns;

/// <summary>Not a test: the sender that <see cref="KillTests"/> starts as a process of its own and kills.</summary>
public sealed class SendChild
{
    /// <summary>Folder of the clinic; set by the parent only.</summary>
    public const string FolderVariable = "SEALPOST_TEST_SEND_FOLDER";

    [Fact(Explicit = true)]
    public async Task Sends_until_it_is_killed_or_done()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "Started by the kill test only.");
        var mailbox = MailboxDescription.FromJson(await File.ReadAllTextAsync(Path.Combine(folder, "mailbox.json"), TestClinic.Token));
        await using var clinic = await TestClinic.SendingToAsync(
            mailbox, folder, options => options with { MaxConnections = KillTests.Connections / KillTests.Domains.Length }, database => database, TestClinic.Token);
        await clinic.Send.ResumeAllAsync(TestClinic.Token);
        await clinic.Send.WaitAsync(KillTests.Campaign, TestClinic.Token);
    }
}
