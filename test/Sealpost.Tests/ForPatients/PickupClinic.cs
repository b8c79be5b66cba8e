using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MimeKit;
using Sealpost.App.Demo;
using Sealpost.App.Hosting;
using Sealpost.Consent;
using Sealpost.Storage;
using Sealpost.Tests.App;
using Sealpost.Tests.Campaigns.Attachments;
using Sealpost.Trust.Keys;

[assembly: AssemblyFixture(typeof(Sealpost.Tests.ForPatients.PickupClinic))]

namespace Sealpost.Tests.ForPatients;

/// <summary>A clinic whose patients' mail host proves too little for clinical mail: every message waits on the page. Started on first use.</summary>
public sealed partial class PickupClinic : IAsyncLifetime
{
    internal const int Patients = 60;

    /// <summary>Further patients, whose message comes with files.</summary>
    internal const int WithFiles = 12;

    private readonly Lazy<Task> _start;
    private ServedClinic? _clinic;
    private CodeReceiver? _codes;
    private HttpClient? _http;
    private int _next;
    private int _nextWithFiles = Patients;

    public PickupClinic() => _start = new Lazy<Task>(StartAsync);

    /// <summary>A name that no header takes as it is.</summary>
    internal const string Leaflet = "Su visión; guía 🩺.pdf";

    internal const string LongName = "instructions-for-the-days-before-and-after-your-visit-in-plain-words-for-you-and-your-family.txt";

    private const string OfFiles = "38341003";

    internal ServedClinic Clinic => _clinic!;

    internal CodeReceiver Codes => _codes!;

    internal HttpClient Http => _http!;

    internal string Url => _http!.BaseAddress!.GetLeftPart(UriPartial.Authority);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A patient whose message waits, and the path of the newest link.</summary>
    internal async Task<WaitingPatient> TakeAsync()
    {
        await _start.Value;
        var number = Interlocked.Increment(ref _next) - 1;
        Assert.True(number < Patients, "The clinic has too few patients for all tests.");
        return Waiting(number);
    }

    /// <summary>A patient whose waiting message comes with files.</summary>
    internal async Task<WaitingPatient> TakeWithFilesAsync()
    {
        await _start.Value;
        var number = Interlocked.Increment(ref _nextWithFiles) - 1;
        Assert.True(number < Patients + WithFiles, "The clinic has too few patients with files for all tests.");
        return Waiting(number);
    }

    private static WaitingPatient Waiting(int number) =>
        new(string.Create(CultureInfo.InvariantCulture, $"p{number}"), PatientClinic.Mailbox(number), string.Create(CultureInfo.InvariantCulture, $"+161755501{number % 100:00}"));

    /// <summary>Path of the newest link that a patient was sent.</summary>
    internal string PathOf(WaitingPatient patient) => PickupLink().Match(Mails(patient)[^1].TextBody!).Groups["path"].Value;

    /// <summary>The same link, ended yesterday.</summary>
    internal async Task<string> EndedPathAsync(WaitingPatient patient)
    {
        var folder = new DataFolder(Clinic.Sealpost.Data);
        var source = await FileKeySource.OpenAsync(folder.RootKeyFile, default, Token);
        await using var database = DatabaseFactory.Open(folder.Root);
        await using var connection = await database.OpenReadAsync(Token);
        var token = PathOf(patient)[3..];
        using var keys = await KeyRing.OpenAsync(UnsubscribeToken.OrganisationOf(token)!.Value, source, connection, TimeProvider.System, Token);
        return "/m/" + (PatientLink.Read(keys, PatientLinkKind.Pickup, token)! with { ExpiresAt = TimeProvider.System.GetUtcNow().AddDays(-1) }).ToText(keys);
    }

    internal IReadOnlyList<MimeMessage> Mails(WaitingPatient patient) =>
        [.. Clinic.Mailbox.Store.Messages.Where(message => message.Recipient == patient.Mailbox).Select(message => MimeMessage.Load(new MemoryStream(message.Bytes.ToArray())))];

    internal async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path + "?lang=en", Token);
        return (response.StatusCode, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Token)));
    }

    internal async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await Http.PostAsync(path + "?lang=en", content, Token);
        return (response.StatusCode, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Token)));
    }

    /// <summary>As <see cref="PostAsync"/>, from another address, as a proxy on this machine tells it.</summary>
    internal async Task<(HttpStatusCode Status, string Text)> PostFromAsync(string address, string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path + "?lang=en") { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        request.Headers.Add("X-Forwarded-For", address);
        using var response = await Http.SendAsync(request, Token);
        return (response.StatusCode, WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Token)));
    }

    /// <summary>Entries in the ledger.</summary>
    internal async Task<long> LedgerAsync() =>
        JsonDocument.Parse(await Clinic.AskAsync(["ledger", "verify", "--json"], Token)).RootElement.GetProperty("entries").GetInt64();

    internal async Task<JsonElement> ReportAsync() =>
        JsonDocument.Parse(await Clinic.AskAsync(["campaign", "report", "eye-exam", "--json"], Token)).RootElement;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_clinic is not null)
            await _clinic.DisposeAsync();
        if (_codes is not null)
            await _codes.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _codes = new CodeReceiver();
        _clinic = await ServedClinic.CreateAsync(new MailboxOptions(), null, CancellationToken.None);
        var patients = _clinic.WriteFile("patients.ndjson", string.Concat(Enumerable.Range(0, Patients).Select(PatientClinic.Patient)) + string.Concat(Enumerable.Range(Patients, WithFiles).Select(PatientClinic.Patient)).Replace("44054006", OfFiles, StringComparison.Ordinal));
        await _clinic.ServeAsync("1", CancellationToken.None);

        // The floor of the other tests is taken back: a certificate alone is not enough for clinical mail.
        await AskAsync("risk", "withdraw", "1");
        await AskAsync("risk", "accept", "pickup-dob-zip", "--by", "Dana Okafor", "--statement", "Two facts that only the patient should know are good enough.");
        await AskAsync("agreement", "add", "Text Messages Inc.", "--endpoint", $"127.0.0.1:{_codes.Url.Port}", "--flow", "send");
        await AskAsync("agreement", "sign", "1", "--read-all");
        await AskAsync("org", "set", "code-webhook", _codes.Url.AbsoluteUri);
        await AskAsync("import", "fhir", patients);
        await AskAsync("address", "attest", "fhir");
        _clinic.WriteFile("body.md", "Dear {{ patient.given_name }}, it is time for your yearly **diabetes** eye exam.");
        await _clinic.ApproveAsync("eye-exam", """
            name: eye-exam
            purpose: TREATMENT
            remuneration: none
            from: Green Valley Clinic <care@mail.greenvalley.test>
            subject: A message from your clinic
            audience: condition in (snomed:44054006)
            html: body.md
            """, CancellationToken.None);
        await _clinic.AskAsync(["campaign", "send", "eye-exam", "--detach"], CancellationToken.None, token: _clinic.Marketer);
        await _clinic.ReportAsync("eye-exam", report => report.GetProperty("state").GetString() == "finished", CancellationToken.None);
        await SendFilesAsync();
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(ListeningOn().Match(_clinic.Server.Output).Groups["url"].Value) };
    }

    private async Task SendFilesAsync()
    {
        File.WriteAllBytes(Path.Combine(_clinic!.Sealpost.Files, Leaflet), SampleFiles.Pdf);
        File.WriteAllBytes(Path.Combine(_clinic.Sealpost.Files, "visit.ics"), SampleFiles.Calendar);
        File.WriteAllBytes(Path.Combine(_clinic.Sealpost.Files, LongName), SampleFiles.Text);
        await _clinic.ApproveAsync("visit-papers", $"""
            name: visit-papers
            purpose: TREATMENT
            remuneration: none
            from: Green Valley Clinic <care@mail.greenvalley.test>
            subject: A message from your clinic
            audience: condition in (snomed:{OfFiles})
            html: body.md
            files: ["{Leaflet}", visit.ics, {LongName}]
            """, CancellationToken.None);
        await _clinic.AskAsync(["campaign", "send", "visit-papers", "--detach"], CancellationToken.None, token: _clinic.Marketer);
        await _clinic.ReportAsync("visit-papers", report => report.GetProperty("state").GetString() == "finished", CancellationToken.None);
    }

    private Task AskAsync(params string[] arguments) => _clinic!.AskAsync(arguments, CancellationToken.None);

    [GeneratedRegex(@"https://[^/\s]+(?<path>/m/[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex PickupLink();

    [GeneratedRegex(@"^Listening on (?<url>http://[^,\s]+?)\.?(,|\s|$)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ListeningOn();
}

/// <summary>A patient whose message waits.</summary>
internal sealed record WaitingPatient(string Id, string Mailbox, string Phone);
