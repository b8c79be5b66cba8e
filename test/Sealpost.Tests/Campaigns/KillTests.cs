using System.Diagnostics;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.Reports;
using Sealpost.Storage;

namespace Sealpost.Tests.Campaigns;

/// <summary>The sender dies by SIGKILL at spread moments of one campaign and is started again each time. What the receiver holds decides.</summary>
public sealed class KillTests
{
    public const string Campaign = "kill";
    public const int Connections = 12;
    public static readonly string[] Domains = ["a.example", "b.example"];

    [Fact]
    public async Task No_message_twice_and_none_missing_but_those_in_doubt()
    {
        var (patients, kills) = TestData.Full ? (5_000, 20) : (600, 4);
        var folder = Directory.CreateTempSubdirectory("sealpost-kill-").FullName;
        await using var mailbox = DemoMailbox.Start(new MailboxOptions { EveryMessageTakes = TimeSpan.FromMilliseconds(25) }, TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(folder, "mailbox.json"), mailbox.Describe().ToJson(), TestClinic.Token);
        await PrepareAsync(folder, mailbox, patients);
        for (var kill = 1; kill <= kills; kill++)
        {
            using var child = Start(folder);
            var target = (long)patients * kill / (kills + 1);
            while (mailbox.Store.Messages.Count < target && !child.HasExited)
                await Task.Delay(3, TestClinic.Token);
            child.Kill();
            await child.WaitForExitAsync(TestClinic.Token);
            var inFlight = await InFlightAsync(folder);
            Assert.True(inFlight <= 2 * Connections, $"{inFlight} in flight at kill {kill} over {Connections} connections.");
        }

        using (var last = Start(folder))
        {
            await last.WaitForExitAsync(TestClinic.Token);
            Assert.Equal(0, last.ExitCode);
        }

        await CheckAsync(folder, mailbox, patients, kills);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task PrepareAsync(string folder, DemoMailbox mailbox, int patients)
    {
        await using var clinic = await TestClinic.SendingToAsync(mailbox.Describe(), folder, options => options, database => database, TestClinic.Token);
        await clinic.AddPatientsAsync(patients, Domains);
        await clinic.ApprovedAsync(TestClinic.Content(Campaign));
        // The state a crash right after "send" leaves: the child begins with the selection.
        await clinic.Desk.Store.TransitAsync(new CampaignTransition(1, CampaignAct.Send, "u-author"), TestClinic.Token);
    }

    private static Process Start(string folder)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "exec", typeof(KillTests).Assembly.Location, "-method", $"{typeof(SendChild).FullName}.{nameof(SendChild.Sends_until_it_is_killed_or_done)}", "-explicit", "only" })
            start.ArgumentList.Add(argument);
        start.Environment[SendChild.FolderVariable] = folder;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<long> InFlightAsync(string folder)
    {
        await using var database = DatabaseFactory.Open(Path.Combine(folder, "data"));
        await using var connection = await database.OpenReadAsync(TestClinic.Token);
        await using var command = Sql.Command(connection, "SELECT COUNT(*) FROM delivery WHERE state = 9");
        return (long)(await command.ExecuteScalarAsync(TestClinic.Token))!;
    }

    private static async Task CheckAsync(string folder, DemoMailbox mailbox, int patients, int kills)
    {
        await using var clinic = await TestClinic.SendingToAsync(mailbox.Describe(), folder, options => options, database => database, TestClinic.Token);
        var report = await clinic.ReportAsync(Campaign);
        Assert.True(report.AddsUp);
        Assert.Equal((patients, 0, CampaignState.Finished), (report.Selected, report.Pending, report.State));
        Assert.Equal(report.Selected, report.Accepted + report.InDoubt);
        Assert.InRange(report.InDoubt, 0, 2L * Connections * kills);
        var received = mailbox.Store.Messages.Select(message => message.Recipient).ToList();
        Assert.Equal(received.Count, received.Distinct().Count());
        var arrived = received.ToHashSet(StringComparer.Ordinal);
        var records = new DeliveryRecords(clinic.Context);
        for (IReadOnlyList<DeliveryRecord> page = await records.PageAsync(1, null, null, 1_000, TestClinic.Token); page.Count > 0; page = await records.PageAsync(1, null, page[^1].Patient, 1_000, TestClinic.Token))
        {
            // Accepted: there, once. In doubt: there or not, never twice.
            foreach (var record in page.Where(record => record.Outcome == Outcome.Accepted))
                Assert.Contains($"p{record.Patient.Value}@{Domains[record.Patient.Value % Domains.Length]}", arrived);
        }

        Assert.True(arrived.Count >= report.Accepted && arrived.Count <= report.Accepted + report.InDoubt);
    }
}
