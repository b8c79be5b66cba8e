using Sealpost.App.Hosting;
using Sealpost.App.Hosting.Health;
using Sealpost.Backups;
using Sealpost.Reports;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Api;

/// <summary>What an administrator looks after: queue, keys, backups, health.</summary>
internal static class SettingsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var one = api.MapGroup("/organisations/{org}").WithTags("Administration");
        one.MapGet("/queue", (Caller caller, CancellationToken cancellationToken) => new ReadQueue(caller.Organisation.Context).RunAsync(caller.Actor, cancellationToken))
            .WithSummary("What waits, by receiving domain, and what is in doubt");
        one.MapGet("/keys", (Caller caller, CancellationToken cancellationToken) => caller.Organisation.KeyDesk.StatusAsync(caller.Actor, cancellationToken)).WithSummary("Versions and ages of keys");
        one.MapPost("/keys/rotate", async (Caller caller, CancellationToken cancellationToken) => new RotateAnswer(await caller.Organisation.KeyDesk.RotateAsync(caller.Actor, cancellationToken).ConfigureAwait(false)))
            .WithSummary("Exchange the organisation's key and its page keys");
        one.MapGet("/backups", (Caller caller, Installation installation) => installation.Backups.List(caller.Actor)).WithSummary("Backups of this server");
        one.MapPost("/backups", async (Caller caller, Installation installation, CancellationToken cancellationToken) => await installation.Backups.RunAsync(caller.Actor, cancellationToken).ConfigureAwait(false))
            .WithSummary("Make a backup; it stays on the server");
        one.MapPost("/backups/replay", async (Caller caller, Installation installation, CancellationToken cancellationToken) => new ReplayAnswer(await installation.ReplayAsync(null, caller.Actor, cancellationToken).ConfigureAwait(false)))
            .WithSummary("After a restore: replay the journals, and let sending go on").WithDescription("That a journal is lost for good is accepted at the machine alone, by `sealpost backup replay --accept-loss`.");
        one.MapGet("/health", async (Caller caller, HealthBoard board, CancellationToken cancellationToken) =>
            new HealthAnswer(await board.CheckAsync(caller.Actor, cancellationToken).ConfigureAwait(false), (await board.CollectAsync(cancellationToken).ConfigureAwait(false)).Lines)).WithSummary("Checks and metrics");
    }
}

/// <summary>Pages whose keys were exchanged.</summary>
internal sealed record RotateAnswer(int Pages);

/// <summary>Entries of the journals that were replayed.</summary>
internal sealed record ReplayAnswer(long Frames);

/// <summary>How the server does.</summary>
internal sealed record HealthAnswer(IReadOnlyList<HealthCheck> Checks, IReadOnlyList<MetricLine> Metrics);
