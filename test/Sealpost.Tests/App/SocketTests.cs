using System.Text.Json;
using Sealpost.App.Demo;

namespace Sealpost.Tests.App;

/// <summary>While a server owns the data folder, every other command is run by it.</summary>
public sealed class SocketTests
{
    // The figure that counts is in bench/results/counts.md; this says that the path is there and not absurd on a busy machine.
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_of_other_processes_are_answered_by_the_server_and_quickly()
    {
        await using var clinic = await ServedClinic.CreateAsync(new MailboxOptions(), null, Token);
        var patients = Path.Combine(clinic.Sealpost.Files, "patients.ndjson");
        await using (var file = File.Create(patients))
            await new SyntheticPatients(new SyntheticOptions { Count = 2_000, Today = new DateOnly(2026, 11, 24) }).WriteAsync(file, SyntheticFeed.All, Token);
        await clinic.Sealpost.DoAsync(["import", "fhir", patients], Token);
        await clinic.ServeAsync("1", Token);

        // The folder is taken: what answers is the server.
        var second = await clinic.Sealpost.RunAsync(["serve", "--urls", "http://127.0.0.1:0"], Token);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("Another process holds", second.Error, StringComparison.Ordinal);
        string[] count = ["audience", "count", "age between 40 and 60", "--json"];
        var answered = (await clinic.Sealpost.DoAsync(count, Token)).Json.GetProperty("count").GetInt32();
        Assert.InRange(answered, 100, 1_900);

        var times = new List<TimeSpan>();
        for (var call = 0; call < 100; call++)
        {
            var started = TimeProvider.System.GetTimestamp();
            var answer = await clinic.AskAsync(count, Token);
            times.Add(TimeProvider.System.GetElapsedTime(started));
            Assert.Equal(answered, JsonDocument.Parse(answer).RootElement.GetProperty("count").GetInt32());
        }

        Assert.InRange(times.Order().ElementAt(95), TimeSpan.Zero, Generous);
    }
}
