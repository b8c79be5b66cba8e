using System.Data.Common;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>Brings a restored database up to the outcome journal: what was sent stays sent, who opted out stays out.</summary>
public sealed class ReplayJournal
{
    private const int PageSize = 1_000;

    private readonly OrganisationContext _context;

    /// <summary>Creates it.</summary>
    public ReplayJournal(OrganisationContext context) => _context = context;

    private int Org => _context.Organisation.Id.Value;

    /// <summary>Applies every frame that the database does not know. Returns how many; 0 where it is up to date. Idempotent.</summary>
    /// <exception cref="RefusedException">The folder lacks frames that the database knows of: the journal was lost, or it is another one.</exception>
    /// <exception cref="Trust.Sealing.SealException">A frame was altered.</exception>
    public async Task<long> RunAsync(string folder, CancellationToken cancellationToken)
    {
        long known;
        await using (var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false))
            known = await JournalMark.GetAsync(Org, connection, cancellationToken).ConfigureAwait(false);
        var last = JournalReader.LastFrame(_context.Keys, folder);
        // The database's mark is committed first, so a crash leaves it one frame ahead, never more.
        if (last < known - 1)
            throw new RefusedException($"The outcome journal is not in its folder: the database knows {known} frames, the folder holds {last}. Put the journal back before anything is sent.");
        if (last < known)
        {
            // A crash between commit and journal: the frame of that number is still to come, and must not count as known.
            await _context.Database.WriteAsync((transaction, token) => JournalMark.SetAsync(Org, last, transaction, token), cancellationToken).ConfigureAwait(false);
        }

        if (last <= known)
            return 0;
        var states = new Dictionary<(long, int, bool), JournalLine>();
        foreach (var (_, lines) in JournalReader.Read(_context.Keys, folder, known))
        {
            foreach (var line in lines)
            {
                if (line.State == JournalLine.OptOut)
                    await OptOutAsync(line, cancellationToken).ConfigureAwait(false);
                else
                    states[(line.Campaign, line.Patient, line.IsReminder)] = line;
            }
        }

        foreach (var page in states.Values.Chunk(PageSize))
            await _context.Database.WriteAsync((transaction, token) => ApplyAsync(page, transaction, token), cancellationToken).ConfigureAwait(false);
        await _context.Database.WriteAsync(
            async (transaction, token) =>
            {
                await JournalMark.SetAsync(Org, last, transaction, token).ConfigureAwait(false);
                return await _context.Ledger.AppendAsync(
                    new AuditEvent(_context.Organisation.Id, "journal.replayed", "system", null, null, "done", $"frames {known + 1} to {last}"), transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return last - known;
    }

    private async Task OptOutAsync(JournalLine line, CancellationToken cancellationToken)
    {
        var (scope, source) = ((SuppressionScope)line.Scope, (SuppressionSource)line.Source);
        if (line.Token is not null)
            await _context.Consent.UnsubscribeAsync(line.Token, scope, cancellationToken).ConfigureAwait(false);
        else
            await _context.Consent.SuppressAsync(line.Mailbox, line.Patient < 0 ? null : new PatientNumber(line.Patient), scope, source, "system", cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> ApplyAsync(JournalLine[] lines, DbTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var line in lines)
        {
            // An intent without outcome may have been sent: in doubt, never sent again.
            var state = line.State == (int)Outcome.InFlight ? (int)Outcome.InDoubt : line.State;
            if (line.IsReminder)
            {
                await RemindedAsync(line, state, transaction, cancellationToken).ConfigureAwait(false);
                continue;
            }

            // A deferred message whose patient this database has not selected yet: selection will.
            var changed = state == (int)Outcome.Pending ? 0 : await Sql.ExecuteAsync(
                transaction,
                """
                INSERT INTO delivery (org, campaign, patient, destination, state, reason, attempts, changed_at)
                VALUES (@org, @campaign, @patient, 0, @state, @reason, @attempts, @at)
                ON CONFLICT (org, campaign, patient) DO NOTHING
                """,
                Parameters(line, state),
                cancellationToken).ConfigureAwait(false);
            if (changed == 1)
            {
                // The database is older than this patient's selection.
                await Sql.ExecuteAsync(
                    transaction, "UPDATE campaign SET selected = selected + 1 WHERE org = @org AND id = @campaign", [("@org", Org), ("@campaign", line.Campaign)], cancellationToken).ConfigureAwait(false);
                continue;
            }

            await Sql.ExecuteAsync(
                transaction,
                "UPDATE delivery SET state = @state, reason = @reason, attempts = @attempts, changed_at = @at WHERE org = @org AND campaign = @campaign AND patient = @patient AND state IN (0, 9)",
                Parameters(line, state),
                cancellationToken).ConfigureAwait(false);
        }

        return lines.Length;
    }

    // One that waits for another try has not gone.
    private Task<int> RemindedAsync(JournalLine line, int state, DbTransaction transaction, CancellationToken cancellationToken) => state == (int)Outcome.Pending ? Task.FromResult(0) : Sql.ExecuteAsync(
        transaction,
        """
        INSERT INTO pickup_reminder (org, campaign, patient, state, reason, attempts, first_at, next_at, changed_at) VALUES (@org, @campaign, @patient, @state, @reason, @attempts, 0, 0, @at)
        ON CONFLICT (org, campaign, patient) DO UPDATE SET state = excluded.state, reason = excluded.reason, attempts = excluded.attempts, changed_at = excluded.changed_at WHERE pickup_reminder.state IN (0, 9)
        """,
        Parameters(line, state),
        cancellationToken);

    private (string Name, object? Value)[] Parameters(JournalLine line, int state) =>
    [
        ("@org", Org), ("@campaign", line.Campaign), ("@patient", line.Patient), ("@state", state), ("@reason", line.Reason), ("@attempts", line.Attempts), ("@at", line.At),
    ];
}
