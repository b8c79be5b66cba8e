using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>A database restored from before a send, and the journal that outlived it.</summary>
public sealed class ReplayJournalTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-replay-").FullName;
    private DemoMailbox _mailbox = null!;

    private static CancellationToken Token => TestClinic.Token;

    private string Data => Path.Combine(_folder, "data");

    private string Backup => Path.Combine(_folder, "backup");

    public ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _mailbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_restored_database_neither_sends_again_nor_forgets_an_opt_out()
    {
        await SendAndRestoreAsync();
        await using var restored = await OpenAsync();
        await restored.Send.SendAsync("replay", TestClinic.Author, Token);
        await restored.Send.WaitAsync("replay", Token);
        var report = await restored.ReportAsync("replay");
        Assert.True(report is { Selected: 30, Accepted: 30, AddsUp: true, State: CampaignState.Finished });
        Assert.Equal(30, _mailbox.Store.Messages.Count);
        var chart = (await restored.Context.Patients.OpenAsync(new PatientNumber(5), Token))!;
        Assert.NotEmpty((await restored.Context.Consent.LoadAsync([chart], Token))[chart.Number].Suppressions);
        Assert.Single(await restored.LedgerAsync("journal."));
    }

    [Fact]
    public async Task Without_its_journal_nothing_is_sent()
    {
        await using (var clinic = await OpenAsync())
            await SendAsync(clinic);
        Directory.Delete(Path.Combine(_folder, "journal"), recursive: true);
        await Assert.ThrowsAsync<RefusedException>(OpenAsync);
    }

    [Fact]
    public async Task An_altered_journal_is_found()
    {
        await SendAndRestoreAsync();
        var file = Directory.EnumerateFiles(Path.Combine(_folder, "journal")).Order().First(path => new FileInfo(path).Length > 100);
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[60] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);
        await Assert.ThrowsAsync<Sealpost.Trust.Sealing.SealException>(OpenAsync);
    }

    private async Task SendAndRestoreAsync()
    {
        await using (var clinic = await OpenAsync())
        {
            await clinic.AddPatientsAsync(30, "a.example");
            await clinic.ApprovedAsync(TestClinic.Content("replay"));
        }

        Copy(Data, Backup);
        await using (var clinic = await OpenAsync())
        {
            await clinic.Send.SendAsync("replay", TestClinic.Author, Token);
            await clinic.Send.WaitAsync("replay", Token);
            await clinic.Context.Consent.SuppressAsync("p5@a.example", new PatientNumber(5), SuppressionScope.All, SuppressionSource.Staff, "u1", Token);
            await clinic.Send.JournalOptOutAsync("p5@a.example", new PatientNumber(5), SuppressionScope.All, SuppressionSource.Staff, Token);
        }

        Directory.Delete(Data, recursive: true);
        Copy(Backup, Data);
    }

    private static async Task SendAsync(TestClinic clinic)
    {
        await clinic.AddPatientsAsync(30, "a.example");
        await clinic.SendAndWaitAsync(TestClinic.Content("replay"));
    }

    private Task<TestClinic> OpenAsync() => TestClinic.SendingToAsync(_mailbox.Describe(), _folder, options => options, database => database, Token);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
