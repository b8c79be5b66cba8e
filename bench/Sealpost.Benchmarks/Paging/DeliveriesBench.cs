using System.Diagnostics;
using System.Globalization;
using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Storage;

namespace Sealpost.Benchmarks.Paging;

/// <summary>A campaign's list of deliveries, a million long, as the page reads it: where it can be entered, then pages from first to last. Base: the same pages by OFFSET.</summary>
internal sealed class DeliveriesBench(TextWriter output)
{
    private const int Page = 60;
    private const int Pages = 400;

    private static readonly Actor Officer = new("bench", "bench", Roles.Marketer | Roles.Compliance);

    public async Task RunAsync(int rows, CancellationToken cancellationToken)
    {
        var root = Directory.CreateTempSubdirectory("sealpost-bench-").FullName;
        try
        {
            var folder = new DataFolder(Path.Combine(root, "data"));
            folder.Create();
            using var log = Logging.Create();
            var (installation, _) = await Installation.CreateAsync(folder, log, cancellationToken);
            await using var opened = installation;
            await installation.Organisations.AddAsync(StartCommands.Draft("Clinic", "mail.clinic.test", "1 Main Street, Springfield, MA 01101", null, null), installation.KeySource, Actor.LocalOwner.Id, cancellationToken);
            var organisation = await installation.OpenOrganisationAsync("Clinic", cancellationToken);
            var campaign = await organisation.Campaigns.Drafts.StartAsync("long", Officer, cancellationToken);
            await FillAsync(organisation, campaign.Id, rows, cancellationToken);
            await output.WriteLineAsync($"| list of {rows.ToString("N0", CultureInfo.InvariantCulture)} | median | p95 | largest |\n|---|---:|---:|---:|");
            foreach (var outcome in new Outcome?[] { null, Outcome.Accepted, Outcome.WithheldBasis })
                await MeasureAsync(organisation, campaign.Id, outcome, cancellationToken);
            await BaseAsync(organisation, campaign.Id, rows, cancellationToken);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task MeasureAsync(OpenOrganisation organisation, long campaign, Outcome? outcome, CancellationToken cancellationToken)
    {
        var list = organisation.Campaigns.Deliveries;
        var name = outcome is { } only ? OutcomeWords.Of(only) : "all";
        DeliveryMarks marks = null!;
        await TimeAsync($"{name}: opened (length, and where it can be entered)", 20, async _ => marks = await list.MarksAsync(campaign, outcome, Officer, cancellationToken));
        await TimeAsync($"{name}: a page of {Page}, from first to last", Pages, page =>
            list.FromAsync(campaign, outcome, marks, ((int)((long)(marks.Count - Page) * page / (Pages - 1)), Page), Officer, cancellationToken));
    }

    private async Task BaseAsync(OpenOrganisation organisation, long campaign, int rows, CancellationToken cancellationToken) =>
        await TimeAsync($"base: the same page of all by OFFSET", 40, async page =>
        {
            await using var connection = await organisation.Context.Database.OpenReadAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT patient, state, reason, attempts, changed_at, next_at, reply, tier FROM delivery WHERE org = 1 AND campaign = $campaign ORDER BY patient LIMIT 60 OFFSET $skip";
            foreach (var (name, value) in new[] { ("$campaign", campaign), ("$skip", (long)(rows - Page) * page / 39) })
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                command.Parameters.Add(parameter);
            }

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                // Read only.
            }
        });

    private async Task TimeAsync(string what, int times, Func<int, Task> run)
    {
        await run(0);
        var taken = new List<double>(times);
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await run(i);
            taken.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        taken.Sort();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {taken[times / 2]:N1} ms | {taken[times * 95 / 100]:N1} ms | {taken[^1]:N1} ms |"));
    }

    private static async Task FillAsync(OpenOrganisation organisation, long campaign, int rows, CancellationToken cancellationToken)
    {
        const int batch = 20_000;
        var org = (long)organisation.Context.Organisation.Id.Value;
        for (var first = 0; first < rows; first += batch)
        {
            // Nine in ten are accepted, the rest withheld; numbers have gaps, as after withheld and erased patients.
            var some = Enumerable.Range(first, Math.Min(batch, rows - first))
                .Select(i => (object?[])[org, campaign, (long)i * 2, 0L, (long)(i % 10 == 0 ? Outcome.WithheldBasis : Outcome.Accepted), i % 10 == 0 ? 10L : 0L, 1L, 1_700_000_000_000L + i]).ToList();
            await organisation.WriteAsync(
                async (transaction, token) =>
                {
                    await organisation.Context.Database.BulkUpsertAsync(DeliveryStore.Table, some, transaction, token);
                    return 0;
                },
                cancellationToken);
        }
    }
}
