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
    private const string Organisation = "Green Valley Clinic";

    private readonly CommandContext _context;
    private readonly Installation _installation;
    private readonly OpenOrganisation _organisation;
    private readonly DemoMailbox _mailbox;
    private readonly DemoPeople _people;

    private DemoRun(CommandContext context, Installation installation, OpenOrganisation organisation, DemoMailbox mailbox, DemoPeople people) =>
        (_context, _installation, _organisation, _mailbox, _people) = (context, installation, organisation, mailbox, people);

    /// <summary>Runs the demo; serves afterwards where <paramref name="urls"/> is not null.</summary>
    public static async Task RunAsync(CommandContext context, DataFolder folder, int patients, string? urls, CancellationToken cancellationToken)
    {
        await context.SayAsync("Sealpost demo. Everything runs in this process; every patient is made up.\n").ConfigureAwait(false);
        using var log = Logging.Create();
        folder.Create();
        var (installation, _) = await Installation.CreateAsync(folder, log, cancellationToken).ConfigureAwait(false);
        await using var _1 = installation.ConfigureAwait(false);
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), installation.Time);
        var draft = StartCommands.Draft(Organisation, DemoCampaigns.Domain, "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
        await installation.Organisations.AddAsync(draft, installation.KeySource, Actor.LocalOwner.Id, cancellationToken).ConfigureAwait(false);
        var organisation = await installation.OpenOrganisationAsync(Organisation, cancellationToken).ConfigureAwait(false);

        // The mailbox's root is trusted in this process and for these routes only; nothing of it is stored.
        organisation.DeliveryOverride = mailbox.OptionsFor(DemoCampaigns.Domain);
        await using var socket = SocketServer.Start(folder.Socket, installation, CommandLine.RunAsync, log.CreateLogger<SocketServer>());
        var run = new DemoRun(context, installation, organisation, mailbox, await DemoPeople.AddAsync(organisation.People, cancellationToken).ConfigureAwait(false));
        await run.StepAsync("Organisation", $"{Organisation}, {DemoCampaigns.Domain}; keys and ledger in {folder.Root}").ConfigureAwait(false);
        await run.ImportAsync(patients, cancellationToken).ConfigureAwait(false);
        var sent = await run.SendAsync(cancellationToken).ConfigureAwait(false);
        await run.ProveAsync(sent, cancellationToken).ConfigureAwait(false);
        await run.NextAsync(urls is not null).ConfigureAwait(false);
        if (urls is not null)
            await Server.RunAsync(installation, urls, context, cancellationToken).ConfigureAwait(false);
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

    private async Task<DemoCampaign> SendAsync(CancellationToken cancellationToken)
    {
        var desk = _organisation.Desk();
        var campaigns = DemoCampaigns.For(DemoCampaigns.Domain);
        var rules = await desk.RulesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var campaign in campaigns)
        {
            var read = CampaignFile.Read("campaign.yaml", campaign.Yaml, campaign.Read, rules);
            if (read.Content is null)
                throw new RefusedException(string.Join('\n', read.Problems));
            await desk.CreateAsync(read.Content, _people.Marketer, cancellationToken).ConfigureAwait(false);
            await desk.SubmitAsync(campaign.Name, _people.Marketer, cancellationToken).ConfigureAwait(false);
        }

        foreach (var campaign in campaigns.Take(2))
            await desk.ApproveAsync(campaign.Name, _people.Approver, cancellationToken).ConfigureAwait(false);
        await StepAsync("Campaigns", $"{string.Join(", ", campaigns.Select(campaign => campaign.Name))}; written by {_people.Marketer.Name}, the first two approved by {_people.Approver.Name}").ConfigureAwait(false);
        var first = campaigns[0];
        var sending = await _organisation.SendingAsync(cancellationToken).ConfigureAwait(false);
        await sending.SendAsync(first.Name, _people.Marketer, cancellationToken).ConfigureAwait(false);
        await CampaignSendCommands.WaitAsync(_context, _organisation, sending, first.Name, cancellationToken).ConfigureAwait(false);
        return first;
    }

    private async Task ProveAsync(DemoCampaign sent, CancellationToken cancellationToken)
    {
        await _context.SayAsync("").ConfigureAwait(false);
        await CampaignSendCommands.WriteReportAsync(_context, _organisation, sent.Name, html: false, cancellationToken).ConfigureAwait(false);
        var checkpoint = await _installation.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        await using var connection = await _installation.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var verification = await LedgerVerifier.VerifyAsync(connection, _installation.LedgerKey, checkpoint, cancellationToken).ConfigureAwait(false);
        if (!verification.IsIntact)
            throw new RefusedException("The ledger does not verify: " + string.Join(' ', verification.Findings));
        var number = await _organisation.Desk().Store.NumberOfAsync(sent.Name, cancellationToken).ConfigureAwait(false) ?? 0;
        if (await new ReadReceipts(_organisation.Context).AcceptedWithoutAsync(number, cancellationToken).ConfigureAwait(false) is > 0 and var without)
            throw new RefusedException($"{without} accepted messages have no receipt.");
        await StepAsync("Ledger", string.Create(CultureInfo.InvariantCulture, $"intact: {verification.Entries:N0} entries, {verification.Receipts:N0} receipts, checkpoint signed")).ConfigureAwait(false);
        await DemoMessage.ShowAsync(_context, _mailbox).ConfigureAwait(false);
    }

    private Task NextAsync(bool serving)
    {
        var data = _installation.Folder.Root == new DataFolder(DataFolder.Default(null)).Root ? "" : $" --data {_installation.Folder.Root}";
        var send = serving ? $"\n  SEALPOST_TOKEN={_people.MarketerToken} sealpost campaign send flu-shot{data}" : "";
        return _context.SayAsync($"""

            `sealpost` is `dotnet run --project src/Sealpost.App --` from source. Where to look next{(serving ? " (in another shell, while this one runs)" : "")}:
              sealpost campaign report eye-exam --html{data} > report.html
              sealpost campaign forecast fitness-club{data}
              sealpost audience list 'condition in (snomed:44054006) and age between 50 and 75'{data}
              sealpost receipt show eye-exam PATIENT{data}
              sealpost audience count 'age >= 65 and lab loinc:4548-4 > 8'{data}
              sealpost ledger verify{data}{send}
              SEALPOST_TOKEN={_people.ApproverToken} sealpost campaign approve fitness-club{data}

            """);
    }

    private Task StepAsync(string what, string how) => _context.SayAsync($"  {what,-13} {how}");
}
