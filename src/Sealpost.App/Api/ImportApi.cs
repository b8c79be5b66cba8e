using Microsoft.AspNetCore.Http.HttpResults;
using Sealpost.App.Hosting;
using Sealpost.Imports;
using Sealpost.Patients;

namespace Sealpost.App.Api;

/// <summary>Patients in: hand files over to a job, run it, watch it; earlier imports and taking one back; made-up patients.</summary>
internal static class ImportApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var imports = api.MapGroup("/organisations/{org}/imports").WithTags("Imports");
        imports.MapGet("/", async (Caller caller, CancellationToken cancellationToken) =>
            (await caller.Organisation.Imports.ListAsync(caller.Actor, cancellationToken).ConfigureAwait(false)).Select(ImportEntryAnswer.Of)).WithSummary("Every import, newest first");
        imports.MapGet("/{id:long}", ReadAsync).WithSummary("An import and what it did, by kind of record and reason");
        imports.MapPost("/{id:long}/undo", UndoAsync).WithSummary("Take an import back; patients changed since are left alone");
        imports.MapPost("/jobs", (Caller caller) => TypedResults.Ok(JobAnswer.Of(caller.Organisation.Imports.Begin(caller.Actor)))).WithSummary("Begin an import; then hand over files and run it");
        imports.MapGet("/jobs/{job}", (Caller caller, string job) => JobAnswer.Of(caller.Organisation.Imports.Find(job, caller.Actor))).WithSummary("How far an import is");
        imports.MapPost("/jobs/{job}/files", TakeAsync).Accepts<Stream>("application/octet-stream").WithMetadata(new TakesNoKey()).WithSummary("Hand over a file: the raw body, of any length")
            .WithDescription($"The file's name goes, percent-encoded, into the header {ImportRoutes.NameHeader}: FHIR as .ndjson, .jsonl or .json, or one table as .csv, each also with .gz. It is sealed as it arrives. Send no {IdempotentWrites.Header} here; a file handed over twice is imported twice, which changes nothing.");
        imports.MapPost("/jobs/{job}/fhir", RunFhirAsync).WithSummary("Run the job's FHIR files");
        imports.MapPost("/jobs/{job}/csv", RunCsvAsync).WithSummary("Run the job's table by a map, or try it out");
        imports.MapGet("/jobs/{job}/columns", (Caller caller, string job, CancellationToken cancellationToken) => caller.Organisation.Imports.LookAsync(job, caller.Actor, cancellationToken))
            .WithSummary("What the table's columns seem to hold");
        imports.MapDelete("/jobs/{job}", Discard).WithSummary("Stop a running import, or drop one that does not run");
        imports.MapPost("/demo", LoadDemoAsync).WithSummary("Load made-up patients into an empty organisation");
        imports.MapDelete("/demo", async (Caller caller, CancellationToken cancellationToken) => new DemoAnswer(await caller.Organisation.RemoveDemoAsync(caller.Actor, cancellationToken).ConfigureAwait(false)))
            .WithSummary("Remove the made-up patients");
    }

    private static async Task<ImportAnswer> ReadAsync(Caller caller, long id, CancellationToken cancellationToken)
    {
        var (entry, result) = await caller.Organisation.Imports.ReadAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false);
        return new ImportAnswer(ImportEntryAnswer.Of(entry), result);
    }

    private static async Task<UndoAnswer> UndoAsync(Caller caller, long id, CancellationToken cancellationToken)
    {
        var undone = await caller.Organisation.Imports.UndoAsync(id, caller.Actor, cancellationToken).ConfigureAwait(false);
        return new UndoAnswer(undone.Removed, undone.Restored, undone.LeftAlone);
    }

    private static async Task<JobAnswer> TakeAsync(Caller caller, string job, HttpContext http)
    {
        var desk = caller.Organisation.Imports;
        await desk.AddFileAsync(job, ImportRoutes.NameOf(http), ImportRoutes.Body(http), caller.Actor, http.RequestAborted).ConfigureAwait(false);
        return JobAnswer.Of(desk.Find(job, caller.Actor));
    }

    private static async Task<Accepted<JobAnswer>> RunFhirAsync(Caller caller, string job, FhirRun run, CancellationToken cancellationToken)
    {
        await caller.Organisation.Imports.RunFhirAsync(job, run.Source, caller.Actor, cancellationToken).ConfigureAwait(false);
        return Watch(caller, job);
    }

    private static async Task<Accepted<JobAnswer>> RunCsvAsync(Caller caller, string job, CsvRun run, CancellationToken cancellationToken)
    {
        await caller.Organisation.Imports.RunCsvAsync(job, run.Map, run.DryRun, caller.Actor, cancellationToken).ConfigureAwait(false);
        return Watch(caller, job);
    }

    private static NoContent Discard(Caller caller, string job)
    {
        caller.Organisation.Imports.Discard(job, caller.Actor);
        return TypedResults.NoContent();
    }

    private static async Task<DemoAnswer> LoadDemoAsync(Caller caller, DemoWish wish, CancellationToken cancellationToken) =>
        new(await caller.Organisation.LoadDemoAsync(wish.Patients ?? Demo.DemoFeeds.Patients, caller.Actor, cancellationToken).ConfigureAwait(false));

    private static Accepted<JobAnswer> Watch(Caller caller, string job) =>
        TypedResults.Accepted($"{ApiRoutes.Root}/organisations/{caller.Organisation.Context.Organisation.Id}/imports/jobs/{job}", JobAnswer.Of(caller.Organisation.Imports.Find(job, caller.Actor)));
}

/// <summary>How to run FHIR files.</summary>
internal sealed record FhirRun(string Source);

/// <summary>How to run a table.</summary>
internal sealed record CsvRun(string Map, bool DryRun);

/// <summary>How many made-up patients.</summary>
internal sealed record DemoWish(int? Patients);

/// <summary>How many were loaded or removed.</summary>
internal sealed record DemoAnswer(long Patients);

/// <summary>What taking back did.</summary>
internal sealed record UndoAnswer(int Removed, int Restored, int LeftAlone);

/// <summary>An import in a list.</summary>
internal sealed record ImportEntryAnswer(long Id, string Kind, string Source, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, DateTimeOffset? UndoneAt, ImportCounts Patients)
{
    public static ImportEntryAnswer Of(ImportEntry entry) => new(entry.Id, entry.Kind, entry.Source, entry.StartedAt, entry.FinishedAt, entry.UndoneAt, entry.Counts);
}

/// <summary>An import with what it did.</summary>
internal sealed record ImportAnswer(ImportEntryAnswer Import, ImportResult? Result);

/// <summary>A job.</summary>
internal sealed record JobAnswer(string Id, ImportJobState State, bool DryRun, IReadOnlyList<JobFile> Files, double ReadShare, ImportProgress? Progress, ImportResult? Result, string? Problem)
{
    public static JobAnswer Of(ImportJob job) =>
        new(job.Id, job.State, job.IsDryRun, [.. job.Files.Select(file => new JobFile(file.Name, file.Bytes))], job.ReadShare, job.Progress, job.Result, job.Problem);
}

/// <summary>A file of a job.</summary>
internal sealed record JobFile(string Name, long Bytes);
