using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Sealpost.App.Demo;

namespace Sealpost.Tests.App;

/// <summary>A revocation holds from the moment the command that records it returns. 45 CFR 164.508(b)(5).</summary>
public sealed class RevocationTests
{
    private const string Authorization = """
        purposes: [MARKETING]
        information: My name and email address
        disclosers: [Green Valley Clinic]
        recipients: [Green Valley Clinic]
        expiresOn: 2099-12-31
        signedOn: 2026-01-02
        signature: electronic
        states: [revocation, no-conditioning, redisclosure]
        standalone: true
        plainLanguage: true
        copyGivenOn: 2026-01-02
        documentSha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        """;

    private readonly ConcurrentDictionary<string, int> _tries = new(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_revocation_while_the_connection_is_held_before_DATA_stops_the_message()
    {
        const string mailbox = "held@example.com";
        await using var clinic = await StartAsync(mailbox, heldTry: 1, retrySchedule: "1");
        await clinic.AskAsync(["campaign", "send", "offer", "--detach"], Token, token: clinic.Marketer);
        await _reached.Task.WaitAsync(Eventually.Patience, Token);
        await RevokeAsync(clinic);
        _released.SetResult();
        await WithheldAsync(clinic, mailbox);
    }

    [Fact]
    public async Task A_revocation_while_the_message_waits_for_a_retry_stops_it()
    {
        const string mailbox = "temperror@example.com";
        // Should the machine be slower than the schedule, the second try is held until the revocation has returned.
        await using var clinic = await StartAsync(mailbox, heldTry: 2, retrySchedule: "8");
        await clinic.AskAsync(["campaign", "send", "offer", "--detach"], Token, token: clinic.Marketer);
        await clinic.ReportAsync("offer", report => report.GetProperty("accepted").GetInt32() == 2 && _tries.GetValueOrDefault(mailbox) > 0, Token);
        await RevokeAsync(clinic);
        _released.SetResult();
        await WithheldAsync(clinic, mailbox);
    }

    /// <summary>Three patients who signed; the first one's connection is held at a try.</summary>
    private async Task<ServedClinic> StartAsync(string mailbox, int heldTry, string retrySchedule)
    {
        var options = new MailboxOptions { TemporaryErrors = 1, Hold = (stage, recipient, cancellation) => HoldAsync(stage, recipient, mailbox, heldTry, cancellation) };
        var clinic = await ServedClinic.CreateAsync(options, null, Token);
        try
        {
            await PrepareAsync(clinic, mailbox, retrySchedule);
            return clinic;
        }
        catch
        {
            await clinic.DisposeAsync();
            throw;
        }
    }

    private static async Task PrepareAsync(ServedClinic clinic, string mailbox, string retrySchedule)
    {
        var patients = clinic.WriteFile("patients.ndjson", string.Concat(Patient(0, mailbox), Patient(1, "one@example.com"), Patient(2, "two@example.com")));
        await clinic.ServeAsync(retrySchedule, Token);
        await clinic.AskAsync(["import", "fhir", patients], Token);
        await clinic.AskAsync(["address", "attest", "fhir"], Token);
        for (var number = 0; number < 3; number++)
            await clinic.AskAsync(["authorization", "record", "-", "-"], Token, string.Create(CultureInfo.InvariantCulture, $"p{number}\n{Authorization}"));
        clinic.WriteFile("body.md", "Hello {{ patient.given_name }}, here is an offer.");
        await clinic.ApproveAsync("offer", """
            name: offer
            purpose: MARKETING
            remuneration: none
            from: Green Valley Clinic <news@mail.greenvalley.test>
            subject: An offer
            audience: age >= 18
            html: body.md
            """, Token);
    }

    private static string Patient(int number, string mailbox) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"resourceType":"Patient","id":"p{{number}}","gender":"female","birthDate":"1961-03-04","name":[{"family":"Doe","given":["Ann"]}],"telecom":[{"system":"email","value":"{{mailbox}}","use":"home"}]}

        """);

    /// <summary>By a process of its own, as another shell would.</summary>
    private static async Task RevokeAsync(ServedClinic clinic)
    {
        var revoked = await clinic.Sealpost.DoAsync(["authorization", "revoke", "-", "--json"], Token, "p0\n");
        Assert.Equal(1, revoked.Json.GetProperty("revoked").GetArrayLength());
    }

    private static async Task WithheldAsync(ServedClinic clinic, string mailbox)
    {
        var report = await clinic.ReportAsync("offer", now => now.GetProperty("pending").GetInt32() == 0 && now.GetProperty("state").GetString() == "finished", Token);
        Assert.Equal(0, clinic.Mailbox.Store.BodyBytesFor(mailbox));
        Assert.DoesNotContain(clinic.Mailbox.Store.Messages, message => message.Recipient == mailbox);
        Assert.Equal(2, report.GetProperty("accepted").GetInt32());
        var reasons = report.GetProperty("withheld").GetProperty("byReason");
        Assert.True(
            reasons.EnumerateObject().Any(reason => reason.NameEquals("authorizationRevoked") || reason.NameEquals("AuthorizationRevoked")),
            $"Withheld for another reason: {JsonSerializer.Serialize(reasons)}");
    }

    private async Task HoldAsync(MailboxStage stage, string recipient, string mailbox, int heldTry, CancellationToken cancellationToken)
    {
        if (stage != MailboxStage.BeforeRecipientReply || recipient != mailbox || _tries.AddOrUpdate(recipient, 1, (_, count) => count + 1) != heldTry)
            return;
        _reached.TrySetResult();
        await _released.Task.WaitAsync(cancellationToken);
    }
}
