using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MimeKit;
using Sealpost.App.Demo;
using Sealpost.Tests.App;

[assembly: AssemblyFixture(typeof(Sealpost.Tests.ForPatients.PatientClinic))]

namespace Sealpost.Tests.ForPatients;

/// <summary>A clinic served by the real executable, whose patients have each got one message. Started on first use; every test takes patients of its own.</summary>
public sealed partial class PatientClinic : IAsyncLifetime
{
    private const int Patients = 160;

    /// <summary>What no page may show before the extra question: names, dates, codes, the audience's words, the campaign's name.</summary>
    internal static readonly string[] Secrets = ["Okonkwo", "Marisol", "1961", "Springfield", "02139", "diabetes", "E11", "44054006", "eye-exam", "metformin", "birthDate"];

    private readonly Lazy<Task> _start;
    private ServedClinic? _clinic;
    private HttpClient? _http;
    private int _next;
    private Dictionary<string, string> _tokens = [];

    public PatientClinic() => _start = new Lazy<Task>(StartAsync);

    internal ServedClinic Clinic => _clinic!;

    internal HttpClient Http => _http!;

    internal string Url => _http!.BaseAddress!.GetLeftPart(UriPartial.Authority);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A patient no other test has: born on 27 April 1961, ZIP 02139. Every second one reads Spanish.</summary>
    internal async Task<MailedPatient> TakeAsync(string language = "en")
    {
        await _start.Value;
        int number;
        do
            number = Interlocked.Increment(ref _next) - 1;
        while (number % 2 == (language == "es" ? 0 : 1));
        Assert.True(number < Patients, "The clinic has too few patients for all tests.");
        return new MailedPatient(string.Create(CultureInfo.InvariantCulture, $"p{number}"), Mailbox(number), _tokens[Mailbox(number)]);
    }

    internal Task<HttpResponseMessage> GetAsync(string path) => Http.GetAsync(path, Token);

    internal async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Token);
    }

    internal async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await Http.PostAsync(path, content, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    /// <summary>The path under /a/ that the preference page of a patient leads to.</summary>
    internal async Task<string> FormsPathAsync(MailedPatient patient)
    {
        var link = FormsLink().Match(await TextAsync($"/p/{patient.Token}"));
        Assert.True(link.Success, "The page leads to no form.");
        return link.Groups["path"].Value;
    }

    /// <summary>What staff sees of a patient.</summary>
    internal async Task<JsonElement> StandingAsync(MailedPatient patient) =>
        JsonDocument.Parse(await Clinic.AskAsync(["authorization", "list", patient.Id, "--json"], Token)).RootElement;

    /// <summary>Entries in the ledger.</summary>
    internal async Task<long> LedgerAsync() =>
        JsonDocument.Parse(await Clinic.AskAsync(["ledger", "verify", "--json"], Token)).RootElement.GetProperty("entries").GetInt64();

    /// <summary>Messages in a patient's mailbox, as text.</summary>
    internal IReadOnlyList<MimeMessage> Mails(MailedPatient patient) =>
        [.. Clinic.Mailbox.Store.Messages.Where(message => message.Recipient == patient.Mailbox).Select(message => MimeMessage.Load(new MemoryStream(message.Bytes.ToArray())))];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_clinic is not null)
            await _clinic.DisposeAsync();
    }

    internal static string Mailbox(int number) => string.Create(CultureInfo.InvariantCulture, $"p{number}@example.com");

    private async Task StartAsync()
    {
        _clinic = await ServedClinic.CreateAsync(new MailboxOptions(), null, CancellationToken.None);
        var patients = _clinic.WriteFile("patients.ndjson", string.Concat(Enumerable.Range(0, Patients).Select(Patient)));
        await _clinic.ServeAsync("1", CancellationToken.None);
        await AskAsync("import", "fhir", patients);
        await AskAsync("address", "attest", "fhir");
        await AskAsync("authorization", "form", "add", _clinic.WriteFile("form.yaml", Form));
        _clinic.WriteFile("body.md", "Dear {{ patient.given_name }}, please call us about your next visit.");
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
        await _clinic.ReportAsync("eye-exam", report => report.GetProperty("state").GetString() == "finished" && report.GetProperty("accepted").GetInt32() == Patients, CancellationToken.None);
        _tokens = _clinic.Mailbox.Store.Messages.ToDictionary(message => message.Recipient, message => UnsubscribeLink().Match(Encoding.ASCII.GetString(message.Bytes.Span).Replace("\r\n ", " ", StringComparison.Ordinal)).Groups["token"].Value);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(ListeningOn().Match(_clinic.Server.Output).Groups["url"].Value) };
    }

    private Task AskAsync(params string[] arguments) => _clinic!.AskAsync(arguments, CancellationToken.None);

    internal static string Patient(int number) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"resourceType":"Patient","id":"p{{number}}","gender":"female","birthDate":"1961-04-27","name":[{"family":"Okonkwo","given":["Marisol"]}],"address":[{"use":"home","line":["7 Elm Street"],"city":"Springfield","state":"{{(number % 4 < 2 ? "CA" : "MA")}}","postalCode":"02139"}],"communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"{{(number % 2 == 0 ? "en" : "es")}}"}]} ,"preferred":true}],"telecom":[{"system":"email","value":"{{Mailbox(number)}}","use":"home"},{"system":"phone","value":"(617) 555-01{{number % 100:00}}","use":"mobile"}]}
        {"resourceType":"Condition","id":"c{{number}}","subject":{"reference":"Patient/p{{number}}"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006","display":"Type 2 diabetes mellitus"}]} }

        """);

    internal const string Form = """
        name: offers-2026
        purposes: [MARKETING_PAID, MARKETING]
        disclosers: [Green Valley Clinic]
        recipients: [Green Valley Clinic]
        validForMonths: 24
        payer: Acme Hearing Inc.
        en:
          title: May we send you offers from hearing-aid makers?
          information: Your name, your email address, and that you are a patient of ours.
          purpose: To send you offers for hearing aids by email.
        es:
          title: ¿Podemos enviarle ofertas de fabricantes de audífonos?
          information: Su nombre, su dirección de correo electrónico y que usted es paciente nuestro.
          purpose: Enviarle por correo electrónico ofertas de audífonos.
        """;

    [GeneratedRegex(@"^List-Unsubscribe: *<https://[^/]+/u/(?<token>[A-Za-z0-9_-]+)>", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex UnsubscribeLink();

    [GeneratedRegex(@"^Listening on (?<url>http://[^,\s]+?)\.?(,|\s|$)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ListeningOn();

    [GeneratedRegex(@"href=""(?<path>/a/[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex FormsLink();
}

/// <summary>A patient who got a message.</summary>
internal sealed record MailedPatient(string Id, string Mailbox, string Token);
