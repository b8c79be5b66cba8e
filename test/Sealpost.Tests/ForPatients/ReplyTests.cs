using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MimeKit;

namespace Sealpost.Tests.ForPatients;

/// <summary>Replies on their way to the organisation's inbox, and what staff sees of messages that wait.</summary>
[Collection(nameof(PickupClinic))]
public sealed partial class ReplyTests(PickupClinic clinic)
{
    private static readonly (string, string)[] Birth = [("act", "birth"), ("month", "4"), ("day", "27"), ("year", "1961"), ("zip", "02139")];


    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reply_is_kept_sealed_until_a_protected_way_leads_to_the_inbox_and_not_after()
    {
        var patient = await clinic.TakeAsync();
        Assert.Contains("No agreement names example.com", await clinic.Clinic.RefusedAsync(["org", "set", "reply-inbox", "care@example.com"], Token), StringComparison.Ordinal);
        var added = JsonDocument.Parse(await clinic.Clinic.AskAsync(["agreement", "add", "Mailbox Hosting Inc.", "--endpoint", "example.com", "--flow", "store", "--json"], Token)).RootElement;
        var number = added.GetProperty("agreement").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("is not signed", await clinic.Clinic.RefusedAsync(["org", "set", "reply-inbox", "care@example.com"], Token), StringComparison.Ordinal);
        await clinic.Clinic.AskAsync(["agreement", "sign", number, "--read-all"], Token);
        await clinic.Clinic.AskAsync(["org", "set", "reply-inbox", "care@example.com"], Token);
        try
        {
            // The inbox's host proves too little for what a patient writes: nothing leaves.
            var kept = TimeProvider.System.GetTimestamp();
            await ReplyAsync(patient, "The drops sting, by reply.");
            Assert.Contains(await OpenAsync(patient), request => request.GetProperty("text").GetString() == "The drops sting, by reply.");
            await clinic.PostAsync(clinic.PathOf(patient), ("act", "again"));

            // A signed risk acceptance lowers the floor for the next; the first waits for its next try.
            await clinic.Clinic.AskAsync(["risk", "accept", "n2-over-t2", "--by", "Dana Okafor", "--statement", "A verified certificate is good enough for our own inbox."], Token);
            await ReplyAsync(patient, "And they burn.");
            var mail = await ArrivedAsync("And they burn.");
            var inbox = Inbox();
            // A minute later its next try is due, and may be made.
            if (TimeProvider.System.GetElapsedTime(kept) < TimeSpan.FromMinutes(1))
                Assert.DoesNotContain(inbox, one => one.TextBody!.Contains("The drops sting", StringComparison.Ordinal));
            Assert.Contains("A reply came in", mail.Subject, StringComparison.Ordinal);
            foreach (var secret in new[] { "Marisol", "Okonkwo", "eye-exam", patient.Id + " " })
                Assert.DoesNotContain(secret, mail.Subject + mail.From + mail.To, StringComparison.Ordinal);
            Assert.Contains("Marisol Okonkwo", mail.TextBody!, StringComparison.Ordinal);
            Assert.Contains("eye-exam", mail.TextBody, StringComparison.Ordinal);
            await UntilAsync(async () => (await OpenAsync(patient)).All(request => request.GetProperty("text").GetString() != "And they burn."));
            var all = JsonDocument.Parse(await clinic.Clinic.AskAsync(["request", "list", "--all", "--json"], Token)).RootElement.GetProperty("requests").EnumerateArray();
            Assert.DoesNotContain(all, request => request.GetProperty("text").GetString() == "And they burn.");
            Assert.Contains("reply.delivered", await clinic.Clinic.AskAsync(["ledger", "list", "--json"], Token), StringComparison.Ordinal);
        }
        finally
        {
            await clinic.Clinic.AskAsync(["org", "set", "reply-inbox"], Token);
            var risks = JsonDocument.Parse(await clinic.Clinic.AskAsync(["risk", "list", "--json"], Token)).RootElement;
            await clinic.Clinic.AskAsync(["risk", "withdraw", NumberOf(risks)], Token);
        }
    }

    [Fact]
    public async Task Staff_sees_who_read_and_who_did_not_yet()
    {
        var (reader, other) = (await clinic.TakeAsync(), await clinic.TakeAsync());
        await clinic.PostAsync(clinic.PathOf(reader), Birth);
        var report = await clinic.ReportAsync();
        Assert.Equal(report.GetProperty("pickup").GetInt32(), report.GetProperty("pickedUp").GetInt32() + report.GetProperty("pickupWaiting").GetInt32() + report.GetProperty("pickupEnded").GetInt32());
        Assert.InRange(report.GetProperty("pickedUp").GetInt32(), 1, PickupClinic.Patients - 1);
        Assert.Equal(0, report.GetProperty("pickupEnded").GetInt32());
        Assert.NotEqual(reader.Id, other.Id);
    }

    private static string NumberOf(JsonElement risks) => risks.EnumerateArray().Last(risk => risk.GetProperty("kind").GetString() == "n2-over-t2").GetProperty("id").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task ReplyAsync(WaitingPatient patient, string text)
    {
        var path = clinic.PathOf(patient);
        var (_, page) = await clinic.PostAsync(path, Birth);
        var proof = Proof().Match(page).Groups["proof"].Value;
        Assert.Equal(HttpStatusCode.OK, (await clinic.PostAsync(path + "/reply", ("proof", proof), ("reply", text))).Status);
    }

    private async Task<IReadOnlyList<JsonElement>> OpenAsync(WaitingPatient patient) =>
        [.. JsonDocument.Parse(await clinic.Clinic.AskAsync(["request", "list", "--json"], Token)).RootElement.GetProperty("requests").EnumerateArray().Where(request => request.GetProperty("patient").GetString() == patient.Id)];

    private IReadOnlyList<MimeMessage> Inbox() =>
        [.. clinic.Clinic.Mailbox.Store.Messages.Where(message => message.Recipient == "care@example.com").Select(message => MimeMessage.Load(new MemoryStream(message.Bytes.ToArray())))];

    private async Task<MimeMessage> ArrivedAsync(string text)
    {
        MimeMessage? found = null;
        await UntilAsync(() => Task.FromResult((found = Inbox().FirstOrDefault(mail => mail.TextBody!.Contains(text, StringComparison.Ordinal))) is not null));
        return found!;
    }

    private static Task UntilAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(condition, "what the reply leads to", Token);

    [GeneratedRegex(@"name=""proof"" value=""(?<proof>[A-Za-z0-9_-]+)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Proof();
}
