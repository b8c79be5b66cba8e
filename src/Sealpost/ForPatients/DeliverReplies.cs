using System.Data.Common;
using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.ForPatients;

/// <summary>Brings patients' replies to the organisation's own inbox. Sealed until the inbox's host took them over protection good enough for clinical mail; then the text is kept there and no longer here. 45 CFR 164.312(e).</summary>
/// <remarks>Twice in the inbox is better than never, so a try without a reply counts as failed. What could not be delivered in <see cref="GiveUpAfter"/> stays in the list of requests for a person.</remarks>
internal sealed class DeliverReplies(OrganisationContext context, SendOptions options)
{
    /// <summary>How long a reply is tried.</summary>
    public static TimeSpan GiveUpAfter { get; } = TimeSpan.FromDays(2);

    private static readonly TimeSpan[] Waits = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), TimeSpan.FromHours(4)];

    private const int Batch = 50;

    private long Org => context.Organisation.Id.Value;

    private long Now => Sql.Stored(context.Time.GetUtcNow());

    private PatientRequests Requests => new(context.Database, context.Keys, context.Ledger, context.Time);

    /// <summary>Records a reply, sealed, to be delivered where there is an inbox. Replies to sensitive messages stay here: no mail may carry them. False where too many of this patient's are open, or the patient was erased.</summary>
    public Task<bool> TakeAsync(PatientNumber patient, long campaign, MessageClass messageClass, string text, CancellationToken cancellationToken) =>
        context.Database.WriteAsync((transaction, token) => AddAsync(patient, campaign, messageClass, text, transaction, token), cancellationToken);

    /// <summary>The same in the caller's transaction.</summary>
    public async Task<bool> AddAsync(PatientNumber patient, long campaign, MessageClass messageClass, string text, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (await Requests.AddAsync(patient, PatientRequestKinds.Reply, campaign, text, "patient", transaction, cancellationToken).ConfigureAwait(false) is not { } id)
            return false;
        if (options.Pickup.ReplyInbox is not null && messageClass <= MessageClass.N2)
        {
            await Sql.ExecuteAsync(
                transaction, "INSERT INTO reply_delivery (org, request, tries, next_at, delivered_at) VALUES (@org, @id, 0, @now, 0)", [("@org", Org), ("@id", id), ("@now", Now)], cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Delivers what is due. Returns the wait until the next is; null where none is left.</summary>
    public async Task<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        if (options.Pickup.ReplyInbox is { } inbox && options.Hold is null)
        {
            foreach (var (id, tries) in await DueAsync(cancellationToken).ConfigureAwait(false))
                await DeliverAsync(id, tries, inbox, cancellationToken).ConfigureAwait(false);
        }

        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(connection, "SELECT MIN(next_at) FROM reply_delivery WHERE org = @org AND delivered_at = 0 AND next_at > 0", ("@org", Org));
        return options.Pickup.ReplyInbox is not null && options.Hold is null && await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long next
            ? TimeSpan.FromMilliseconds(Math.Max(0, next - Now))
            : null;
    }

    private async Task<IReadOnlyList<(long Id, int Tries)>> DueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection, "SELECT request, tries FROM reply_delivery WHERE org = @org AND delivered_at = 0 AND next_at > 0 AND next_at <= @now ORDER BY next_at LIMIT @batch", ("@org", Org), ("@now", Now), ("@batch", Batch));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var due = new List<(long, int)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            due.Add((reader.GetInt64(0), checked((int)reader.GetInt64(1))));
        return due;
    }

    private async Task DeliverAsync(long id, int tries, string inbox, CancellationToken cancellationToken)
    {
        if (await Requests.FindOpenAsync(id, cancellationToken).ConfigureAwait(false) is not { } request)
        {
            await NextAsync(id, tries, 0, cancellationToken).ConfigureAwait(false); // A person was faster, or the patient was erased.
            return;
        }

        var (accepted, words) = await TryAsync(request, inbox, cancellationToken).ConfigureAwait(false);
        if (accepted)
            await DoneAsync(request, words, cancellationToken).ConfigureAwait(false);
        else if (context.Time.GetUtcNow() - request.At >= GiveUpAfter)
            await GiveUpAsync(request, tries, words, cancellationToken).ConfigureAwait(false);
        else
            await NextAsync(id, tries + 1, Now + (long)Waits[Math.Min(tries, Waits.Length - 1)].TotalMilliseconds, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(bool Accepted, string Words)> TryAsync(PatientRequest request, string inbox, CancellationToken cancellationToken)
    {
        // An agreement that ended pauses its flow; the reply waits for a person here.
        var register = await options.Transport(cancellationToken).ConfigureAwait(false);
        if (!PickupRules.InboxAgreement(register.Agreements, inbox, context.Today).IsGranted)
            return (false, "no agreement");

        // What a patient writes about care is clinical, whatever it answers.
        return await new HandOver(context, options).RunAsync(await ComposeAsync(request, cancellationToken).ConfigureAwait(false), inbox, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OneMessage> ComposeAsync(PatientRequest request, CancellationToken cancellationToken)
    {
        var chart = await context.Patients.OpenAsync(request.Patient, cancellationToken).ConfigureAwait(false);
        var campaign = await new CampaignStore(context).FindAsync(request.Campaign, cancellationToken).ConfigureAwait(false);
        var at = TimeZoneInfo.ConvertTime(request.At, context.Organisation.TimeZone);
        var name = chart?.Head.Names is [var first, ..] ? first.Text ?? string.Join(' ', [.. first.Given, first.Family ?? ""]).Trim() : "";
        return new OneMessage(
            string.Create(CultureInfo.InvariantCulture, $"A reply came in (number {request.Id})"),
            [
                string.Create(CultureInfo.InvariantCulture, $"{(name.Length > 0 ? name : "A patient")}, {chart?.Head.DisplayId}, {(campaign is null ? "wrote" : "replied")} on {at:d MMMM yyyy, HH:mm}{(campaign is null ? "" : $" to the message \"{campaign.Name}\"")}:"),
                request.Text,
                "Answer by telephone, letter or a new message. An answer to this email does not reach the patient.",
            ],
            null,
            "",
            "en",
            MessageClass.N2);
    }

    private Task<long> DoneAsync(PatientRequest request, string words, CancellationToken cancellationToken) => context.Database.WriteAsync(
        async (transaction, token) =>
        {
            if (!await Requests.EmptyAsync(request, "Delivered to the inbox.", transaction, token).ConfigureAwait(false))
                return 0L;
            await Sql.ExecuteAsync(transaction, "UPDATE reply_delivery SET tries = tries + 1, delivered_at = @now WHERE org = @org AND request = @id", [("@now", Now), ("@org", Org), ("@id", request.Id)], token).ConfigureAwait(false);
            return await NoteAsync("reply.delivered", request, words, transaction, token).ConfigureAwait(false);
        },
        cancellationToken);

    private Task<long> GiveUpAsync(PatientRequest request, int tries, string words, CancellationToken cancellationToken) => context.Database.WriteAsync(
        async (transaction, token) =>
        {
            await Sql.ExecuteAsync(transaction, "UPDATE reply_delivery SET tries = @tries, next_at = 0 WHERE org = @org AND request = @id", [("@tries", tries + 1), ("@org", Org), ("@id", request.Id)], token).ConfigureAwait(false);
            return await NoteAsync("reply.waits", request, words, transaction, token).ConfigureAwait(false);
        },
        cancellationToken);

    private Task<int> NextAsync(long id, int tries, long next, CancellationToken cancellationToken) => context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(transaction, "UPDATE reply_delivery SET tries = @tries, next_at = @next WHERE org = @org AND request = @id", [("@tries", tries), ("@next", next), ("@org", Org), ("@id", id)], token),
        cancellationToken);

    private Task<long> NoteAsync(string kind, PatientRequest request, string words, DbTransaction transaction, CancellationToken cancellationToken) =>
        context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, kind, "system", request.Patient, request.Id.ToString(CultureInfo.InvariantCulture), "done", words), transaction, cancellationToken);
}
