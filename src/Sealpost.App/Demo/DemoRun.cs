using System.Globalization;
using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.Campaigns;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Demo;

/// <summary>The main job from end to end with nothing but this process: patients in, one lawful, personalised, encrypted, proven message each out, a report.</summary>
internal sealed class DemoRun
{
    private readonly CommandContext _context;
    private readonly DemoClinic _clinic;
    private readonly Installation _installation;
    private readonly OpenOrganisation _organisation;
    private readonly DemoPeople _people;

    private DemoRun(CommandContext context, DemoClinic clinic) =>
        (_context, _clinic, _installation, _organisation, _people) = (context, clinic, clinic.Installation, clinic.Organisation, clinic.People);

    /// <summary>Runs the demo; serves afterwards where <paramref name="urls"/> is not null.</summary>
    public static async Task RunAsync(CommandContext context, DataFolder folder, int patients, string? urls, CancellationToken cancellationToken)
    {
        await context.SayAsync("Sealpost demo. Everything runs in this process; every patient is made up.\n").ConfigureAwait(false);
        using var log = Logging.Create();
        await using var clinic = await DemoClinic.CreateAsync(folder, log, cancellationToken).ConfigureAwait(false);
        await using var socket = SocketServer.Start(folder.Socket, clinic.Installation, CommandLine.RunAsync, log.CreateLogger<SocketServer>());
        var run = new DemoRun(context, clinic);
        await run.StepAsync("Organisation", $"{DemoClinic.Name}, {DemoCampaigns.Domain}; keys and ledger in {folder.Root}").ConfigureAwait(false);
        await run.FillAsync(patients, cancellationToken).ConfigureAwait(false);
        await run.ProveAsync(cancellationToken).ConfigureAwait(false);
        await run.NextAsync(urls is not null).ConfigureAwait(false);
        if (urls is not null)
            await Server.RunAsync(clinic.Installation, urls, context, run.GoOnAsync, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fills a made-up clinic: patients and their wishes, a library, one campaign sent, one approved, one waiting for approval, one half written.</summary>
    public static Task FillAsync(CommandContext context, DemoClinic clinic, int patients, CancellationToken cancellationToken) => new DemoRun(context, clinic).FillAsync(patients, cancellationToken);

    private async Task FillAsync(int patients, CancellationToken cancellationToken)
    {
        await ImportAsync(patients, cancellationToken).ConfigureAwait(false);
        await DemoLibrary.FillAsync(_clinic, cancellationToken).ConfigureAwait(false);
        await SendAsync(cancellationToken).ConfigureAwait(false);
    }

    // Once somebody can look: the second campaign starts, slowly enough to be watched.
    private async Task<IReadOnlyList<(string Who, string Path)>> GoOnAsync(CancellationToken cancellationToken)
    {
        var sending = await _organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
        await sending.SendAsync(DemoCampaigns.Watched, _people.Marketer, cancellationToken).ConfigureAwait(false);
        return await _clinic.SignInLinksAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ImportAsync(int count, CancellationToken cancellationToken)
    {
        var started = _installation.Time.GetTimestamp();
        var synthetic = new SyntheticPatients(new SyntheticOptions { Count = count, Today = _organisation.Context.Today });
        var files = Directory.CreateTempSubdirectory("sealpost-synthetic-");
        try
        {
            var resources = 0L;
            foreach (var (feed, source) in new[] { (SyntheticFeed.Clinic, "fhir"), (SyntheticFeed.Website, "website") })
            {
                var path = Path.Combine(files.FullName, source + ".ndjson");
                await using (var file = File.Create(path))
                    await synthetic.WriteAsync(file, feed, cancellationToken).ConfigureAwait(false);
                var result = await new ImportFhir(_organisation.Import).RunAsync(new ImportFhirRequest { Paths = [path], Source = source, Actor = _people.Administrator.Id }, null, cancellationToken).ConfigureAwait(false);
                resources += result.Read;
            }

            var took = _installation.Time.GetElapsedTime(started);
            await StepAsync("Patients", string.Create(CultureInfo.InvariantCulture, $"{count:N0} imported and sealed, {resources:N0} FHIR resources in {took.TotalSeconds:N1} s")).ConfigureAwait(false);
        }
        finally
        {
            files.Delete(recursive: true);
        }

        await _organisation.Context.Consent.AttestAsync("fhir", true, "The front desk reads the address back at check-in.", _people.Compliance.Id, cancellationToken).ConfigureAwait(false);
        await RecordWishesAsync(synthetic, count, cancellationToken).ConfigureAwait(false);
        var risk = new RiskAcceptance(0, RiskAcceptances.ClinicalOverPlainPkix, null) { AcceptedBy = "Dana Okafor, security official", Statement = "Demo: mail hosts with a verified certificate are good enough for clinical mail." };
        await _organisation.WriteAsync((transaction, token) => _organisation.Risks.AcceptAsync(_organisation.Context.Organisation.Id, risk, _people.Compliance.Id, transaction, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task RecordWishesAsync(SyntheticPatients synthetic, int count, CancellationToken cancellationToken)
    {
        var (authorizations, restrictions, optOuts) = (0, 0, 0);
        foreach (var chunk in Enumerable.Range(0, count).Select(number => synthetic[number]).Chunk(500))
        {
            var keys = chunk.ToDictionary(person => person, person => new LookupKey("value", "GV" + (person.Number + 100_000).ToString("D7", CultureInfo.InvariantCulture)));
            var found = await _organisation.Context.Patients.FindAsync(keys.Values, cancellationToken).ConfigureAwait(false);
            foreach (var (person, key) in keys)
            {
                if (!found.TryGetValue(key, out var numbers))
                    continue;
                var wishes = synthetic.WishesOf(person);
                await wishes.RecordAsync(_organisation.Context.Consent, numbers[0], _people.Compliance.Id, cancellationToken).ConfigureAwait(false);
                authorizations += wishes.Authorization is null ? 0 : 1;
                restrictions += wishes.Restriction is null ? 0 : 1;
                optOuts += wishes.OptOut is null ? 0 : 1;
            }
        }

        await StepAsync("Their wishes", string.Create(CultureInfo.InvariantCulture, $"{authorizations:N0} signed authorizations, {restrictions:N0} restrictions, {optOuts:N0} opt-outs on record")).ConfigureAwait(false);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var desk = _organisation.Desk();
        var campaigns = DemoCampaigns.For(DemoCampaigns.Domain);
        var rules = await desk.RulesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var campaign in campaigns)
        {
            var read = CampaignFile.Read("campaign.yaml", campaign.Yaml, campaign.Read, rules);
            if (read.Content is null)
                throw new RefusedException(string.Join('\n', read.Problems));
            await desk.CreateAsync(read.Content with { Files = await _organisation.Campaigns.Files.StoreAsync(read.Files, _people.Marketer, cancellationToken).ConfigureAwait(false) }, _people.Marketer, cancellationToken).ConfigureAwait(false);
            await desk.SubmitAsync(campaign.Name, _people.Marketer, cancellationToken).ConfigureAwait(false);
        }

        foreach (var campaign in campaigns.Take(2))
            await desk.ApproveAsync(campaign.Name, _people.Approver, cancellationToken).ConfigureAwait(false);
        await StepAsync("Campaigns", $"{string.Join(", ", campaigns.Select(campaign => campaign.Name))}; written by {_people.Marketer.Name}, the first two approved by {_people.Approver.Name}").ConfigureAwait(false);
        var sending = await _organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
        await sending.SendAsync(DemoCampaigns.Main, _people.Marketer, cancellationToken).ConfigureAwait(false);
        await CampaignSendCommands.WaitAsync(_context, _organisation, sending, DemoCampaigns.Main, cancellationToken).ConfigureAwait(false);
    }

    private async Task ProveAsync(CancellationToken cancellationToken)
    {
        await _context.SayAsync("").ConfigureAwait(false);
        await CampaignSendCommands.WriteReportAsync(_context, _organisation, DemoCampaigns.Main, html: false, Actor.LocalOwner, cancellationToken).ConfigureAwait(false);
        var checkpoint = await _installation.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        await using var connection = await _installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var verification = await LedgerVerifier.VerifyAsync(connection, _installation.LedgerKey, checkpoint, cancellationToken).ConfigureAwait(false);
        if (!verification.IsIntact)
            throw new RefusedException("The ledger does not verify: " + string.Join(' ', verification.Findings));
        var number = await _organisation.Desk().Store.NumberOfAsync(DemoCampaigns.Main, cancellationToken).ConfigureAwait(false) ?? 0;
        if (await new ReadReceipts(_organisation.Context).AcceptedWithoutAsync(number, cancellationToken).ConfigureAwait(false) is > 0 and var without)
            throw new RefusedException($"{without} accepted messages have no receipt.");
        await StepAsync("Ledger", string.Create(CultureInfo.InvariantCulture, $"intact: {verification.Entries:N0} entries, {verification.Receipts:N0} receipts, checkpoint signed")).ConfigureAwait(false);
        await DemoMessage.ShowAsync(_context, _clinic.Mailbox).ConfigureAwait(false);
    }

    private Task NextAsync(bool serving)
    {
        var data = _installation.Folder.Root == new DataFolder(DataFolder.Default(null)).Root ? "" : $" --data {_installation.Folder.Root}";
        return _context.SayAsync($"""

            `sealpost` is `dotnet run --project src/Sealpost.App --` from source. Where to look next{(serving ? " (the pages, by the links below; or another shell, while this one runs)" : "")}:
              sealpost campaign report eye-exam --html{data} > report.html
              sealpost campaign forecast fitness-club{data}
              sealpost audience list 'condition in (snomed:44054006) and age between 50 and 75'{data}
              sealpost receipt show eye-exam PATIENT{data}
              sealpost audience count 'age >= 65 and lab loinc:4548-4 > 8'{data}
              sealpost ledger verify{data}
              SEALPOST_TOKEN={_people.ApproverToken} sealpost campaign approve fitness-club{data}

            """);
    }

    private Task StepAsync(string what, string how) => _context.SayAsync($"  {what,-13} {how}");
}
