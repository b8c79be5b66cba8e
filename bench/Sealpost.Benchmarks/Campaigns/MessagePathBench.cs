using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.Benchmarks.Sending;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Benchmarks.Campaigns;

/// <summary>Whole campaigns with everything on, from sealed charts to receipts in the ledger, against the sink in a process of its own.</summary>
internal static class MessagePathBench
{
    private const int Rounds = 5;
    private const int Signatures = 1_000;
    // Patients have their mailboxes at a handful of large providers.
    private static readonly string[] Domains = [.. Enumerable.Range(0, 8).Select(i => $"d{i}.example.com")];

    private static readonly Actor Author = new("author", "author", Roles.Marketer);
    private static readonly Actor Approver = new("approver", "approver", Roles.Approver);

    private static readonly Organisation Clinic = new(
        new OrganisationId(1), "Green Valley Clinic", "mail.greenvalley.test", "1 Main Street, Springfield, MA 01101", new Uri("https://mail.greenvalley.test/"), TimeZoneInfo.Utc);

    public static async Task RunAsync(TextWriter output, int patients, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-bench-").FullName;
        using var sink = await SmtpSink.StartAsync(cancellationToken);
        var (context, shards) = await OpenAsync(folder, cancellationToken);
        var delivery = new DeliveryOptions
        {
            HeloName = Clinic.Domain,
            ExtraRoots = [sink.Root],
            Routes = new Dictionary<string, DeliveryRoute> { ["*"] = new("127.0.0.1", sink.Port, SmtpSink.HostName) },
        };
        var options = new SendOptions
        {
            Delivery = delivery,
            Connect = new ConnectDestination(delivery, TimeProvider.System),
            Accepted = shards.NoteAcceptedAsync,
            Policy = _ => Task.FromResult(new ConsentPolicy { AttestedSources = new HashSet<string> { "fhir" }, FrequencyCap = 100 }),
            Transport = _ => Task.FromResult(new TransportGate([], [])),
            JournalFolder = Path.Combine(folder, "journal"),
        };
        await AddPatientsAsync(context, patients, cancellationToken);
        await using (var send = await SendCampaign.OpenAsync(context, options, takeOver: true, NullLogger.Instance, cancellationToken))
        {
            using var key = RSA.Create(2048);
            var rounds = new List<(double Rsa, double PerSecond, double Cpu, double Kib, double First)>();
            for (var round = 0; round <= Rounds; round++)
            {
                var rsa = MeasureRsa(key);
                var (perSecond, cpu, kib, first) = await MeasureAsync(context, options, send, $"round-{round}", patients, cancellationToken);
                // The first one warms up.
                if (round > 0)
                    rounds.Add((rsa, perSecond, cpu, kib, first));
            }

            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{patients} patients a round, {Rounds} rounds, medians: {Median(rounds.Select(r => r.PerSecond)):0} messages a second; {Median(rounds.Select(r => r.Cpu)):0} µs sender CPU a message = {Median(rounds.Select(r => r.Cpu / r.Rsa)):0.00} RSA-2048 signatures of {Median(rounds.Select(r => r.Rsa)):0} µs; {Median(rounds.Select(r => r.Kib)):0} KiB allocated a message; first acceptance {Median(rounds.Select(r => r.First)):0} ms after send."));
        }

        await context.Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(double PerSecond, double Cpu, double Kib, double First)> MeasureAsync(
        OrganisationContext context, SendOptions options, SendCampaign send, string name, int patients, CancellationToken cancellationToken)
    {
        var desk = new CampaignDesk(context, options);
        await desk.CreateAsync(Content(name), Author, cancellationToken);
        await desk.SubmitAsync(name, Author, cancellationToken);
        await desk.ApproveAsync(name, Approver, cancellationToken);
        using var process = Process.GetCurrentProcess();
        var (cpu, allocated, clock, started) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew(), TimeProvider.System.GetUtcNow());
        await send.SendAsync(name, Author, cancellationToken);
        await send.WaitAsync(name, cancellationToken);
        clock.Stop();
        process.Refresh();
        var used = (process.TotalProcessorTime - cpu).TotalMicroseconds;
        var kib = (GC.GetTotalAllocatedBytes() - allocated) / 1024.0;
        var report = await new ReadCampaignReport(context).RunAsync(name, cancellationToken);
        if (report.Accepted != patients)
            throw new InvalidOperationException($"{report.Accepted} of {patients} were accepted.");
        return (patients / clock.Elapsed.TotalSeconds, used / patients, kib / patients, (report.FirstAt!.Value - started).TotalMilliseconds);
    }

    private static double MeasureRsa(RSA key)
    {
        var data = new byte[1_024];
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var i = 0; i < Signatures; i++)
            key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMicroseconds / Signatures;
    }

    // About 20 KB of HTML and 5 KB of text with ten merge fields, as a clinic writes it.
    private static CampaignContent Content(string name) => new()
    {
        Name = name,
        Purpose = Purpose.AdminPayment,
        From = "Green Valley Clinic <care@mail.greenvalley.test>",
        Audience = "age >= 18",
        Subject = "A message from your clinic",
        Body = Filled("<p>Dear {{ patient.given_name }}, ", "<p>", "this is what your clinic would like you to know about the coming months, about vaccinations, and about our new opening hours.</p>\n", 140, 18),
        Format = BodyFormat.Html,
        BodyFile = "body.html",
        Text = Filled("Dear {{ patient.given_name }}, ", "", "this is what your clinic would like you to know about the coming months and our hours.\n", 55, 28),
        TextFile = "body.txt",
    };

    private static string Filled(string greeting, string plain, string line, int lines, int every) =>
        string.Concat(Enumerable.Range(0, lines).Select(i => (i % every == 0 ? greeting : plain) + line));

    private static async Task AddPatientsAsync(OrganisationContext context, int patients, CancellationToken cancellationToken)
    {
        await context.Patients.ReserveNumbersAsync(patients, cancellationToken);
        foreach (var chunk in Enumerable.Range(0, patients).Chunk(1_000))
        {
            await context.Database.WriteAsync(
                async (transaction, token) =>
                {
                    await context.Patients.SaveAsync([.. chunk.Select(n => new ChartChange(Chart(n), IsNew: true, HeadChanged: true, []))], 0, transaction, token);
                    return 0;
                },
                cancellationToken);
        }
    }

    private static Chart Chart(int number) => new(
        new PatientNumber(number),
        new ChartHead
        {
            SourceIds = [new Identifier { System = "fhir", Value = $"Patient/{number}" }],
            Names = [new PersonName { Use = "official", Family = $"Sample{number}", Given = [$"Given{number}"] }],
            BirthDate = new DateOnly(1950, 1, 1).AddDays(number % 15_000),
            Addresses = [new PostalAddress { Use = "home", City = "Springfield", State = "MA", PostalCode = "01101" }],
            ContactPoints = [new ContactPoint { Kind = "email", Value = $"p{number}@{Domains[number % Domains.Length]}", Use = "home", Source = "fhir" }],
        },
        []);

    private static async Task<(OrganisationContext Context, OrganisationShards Shards)> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var source = await FileKeySource.CreateAsync(Path.Combine(folder, "root.key"), null, cancellationToken);
        var database = DatabaseFactory.Open(Path.Combine(folder, "data"));
        await database.MigrateAsync(cancellationToken);
        var keys = await database.WriteAsync((transaction, token) => KeyRing.CreateAsync(Clinic.Id, source, transaction, time, token), cancellationToken);
        var ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(source, transaction, time, token), cancellationToken);
        var ledger = new Ledger(ledgerKey, time);
        var patients = new PatientStore(database, keys, ledger, time);
        var shards = new ShardDirectory(time).Of(Clinic.Id);
        var consent = new ConsentStore(database, keys, ledger, time, shards.RefreshAsync);
        var history = new CampaignHistory(database, keys, Clinic.TimeZone);
        shards.Attach(new ShardSources(patients, consent.LoadAsync, history.LoadAsync, history.NumbersAsync, Clinic.TimeZone));
        shards.ConnectHere();
        return (new OrganisationContext
        {
            Organisation = Clinic,
            Database = database,
            Keys = keys,
            Ledger = ledger,
            Time = time,
            Patients = patients,
            Consent = consent,
            Audience = new SelectAudience(shards),
            Sign = new SignMessage(DkimKeys.Create(Clinic.Domain, time)),
        }, shards);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
