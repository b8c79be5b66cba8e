using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Benchmarks.Campaigns;
using Sealpost.Campaigns;
using Sealpost.Reports;

namespace Sealpost.Benchmarks.Lab;

/// <summary>A large campaign to domains of every manner: how it was forecast, how it ended, and whether every patient was in exactly one term of the sum at every look.</summary>
internal static class LabBench
{
    private const int Domains = 200;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(TextWriter output, int patients, CancellationToken cancellationToken)
    {
        await using var lab = new LabDomains(Domains, burst: 60, TimeProvider.System);
        var delivery = lab.Options(BenchClinic.Organisation.Domain) with
        {
            // Days in minutes.
            RetrySchedule = [.. new[] { 5, 10, 20, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds))],
            GiveUpAfter = TimeSpan.FromMinutes(10),
        };
        await using var clinic = await BenchClinic.OpenAsync(delivery, cancellationToken);
        await clinic.AddPatientsAsync(patients, lab.Names, cancellationToken);
        await clinic.ApproveAsync(BenchClinic.Content("lab"), cancellationToken);
        var clock = Stopwatch.StartNew();
        var forecast = await new CampaignDesk(clinic.Context, clinic.Options).LookAndForecastAsync("lab", BenchClinic.Author, null, cancellationToken);
        var forecastFor = clock.Elapsed;
        clock.Restart();
        await using var send = await SendCampaign.OpenAsync(clinic.Context, clinic.Options, takeOver: true, NullLogger.Instance, cancellationToken);
        await send.SendAsync("lab", BenchClinic.Author, cancellationToken);
        var (looks, report) = await WatchAsync(clinic, send, patients, cancellationToken);
        await output.WriteLineAsync(Report(lab, forecast, report, looks, forecastFor, clock.Elapsed));
    }

    private static async Task<(int Looks, CampaignReport Report)> WatchAsync(BenchClinic clinic, SendCampaign send, int patients, CancellationToken cancellationToken)
    {
        var ended = send.WaitAsync("lab", cancellationToken);
        var read = new ReadCampaignReport(clinic.Context);
        for (var looks = 1; ; looks++)
        {
            await Task.WhenAny(ended, Task.Delay(Look, cancellationToken));
            var report = await read.RunAsync("lab", cancellationToken);
            if (!report.AddsUp)
                throw new InvalidOperationException($"The sum did not hold at look {looks}.");
            if (!ended.IsCompleted)
                continue;
            await ended;
            report = await read.RunAsync("lab", cancellationToken);
            return report is { Pending: 0, State: CampaignState.Finished } && report.Selected == patients
                ? (looks, report)
                : throw new InvalidOperationException($"{report.Pending} rows have no outcome; state {report.State}.");
        }
    }

    private static string Report(LabDomains lab, CampaignForecast forecast, CampaignReport report, int looks, TimeSpan forecastFor, TimeSpan took)
    {
        (string What, long Forecast, long Outcome)[] rows =
        [
            ("withheld: legal basis", forecast.Withheld.Sum(one => one.Patients), report.Withheld.Basis),
            ("accepted", forecast.Leaving.Sum(one => one.Patients), report.Accepted),
            ("notice, waits on the page", forecast.Pickup, report.Pickup),
            .. forecast.NoWay.Select(one => ($"withheld: {one.Reason}", one.Patients, report.Withheld.ByReason.GetValueOrDefault(one.Reason.ToString()))),
            ("rejected", forecast.TakesNoMail, report.Rejected),
            ("host does not answer: expired", forecast.Unreachable, report.Expired),
            ("in doubt", 0, report.InDoubt),
        ];
        var points = rows.Max(row => Math.Abs(row.Forecast - row.Outcome)) * 100.0 / report.Selected;
        var taken = lab.Hosts.SelectMany(host => host.Taken.Values).ToList();
        var lines = rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"| {row.What} | {row.Forecast:N0} | {row.Outcome:N0} |"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {report.Selected:N0} patients, {Domains} domains: forecast in {forecastFor.TotalSeconds:0} s, sent in {took.TotalSeconds:0} s ({report.Accepted / took.TotalSeconds:0} accepted a second over all).

            | | forecast | outcome |
            | --- | ---: | ---: |
            {string.Join('\n', lines)}

            Largest difference {points:0.000} points (at most 0.1 wanted). The sum held at {looks} of {looks} looks. Taken by the hosts {taken.Count:N0}, twice {taken.Count(times => times > 1)}; bytes of DATA in clear {lab.Hosts.Sum(host => host.ClearBytes)}.
            Hosts asked for less {lab.Hosts.Sum(host => host.AskedForLess)} times; {lab.Of(LabManner.Greylists).Count()} domains greylist, {lab.Of(LabManner.Throttles, LabManner.ThrottlesRecipients).Count()} throttle, {lab.Of(LabManner.FewConnections).Count()} take two connections, {lab.Of(LabManner.Expired, LabManner.WrongName, LabManner.SelfSigned, LabManner.NoStartTls).Count()} have broken TLS, {lab.Of(LabManner.Dead).Count()} is dead.
            """);
    }
}
