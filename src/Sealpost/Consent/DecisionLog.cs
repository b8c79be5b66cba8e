using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>Keeps one decision per delivery attempt: who was asked when, what the gate said and on which clause. 45 CFR 164.530(j). Codes only, no health information.</summary>
public sealed class DecisionLog(IDatabase database, KeyRing keys)
{
    private long Organisation => keys.Organisation.Value;

    /// <summary>Writes decisions in the caller's transaction through the store's bulk path. The same attempt again replaces its decision: an attempt has one.</summary>
    public Task RecordAsync(IReadOnlyList<RecordedDecision> decisions, DbTransaction transaction, CancellationToken cancellationToken) =>
        decisions.Count == 0
            ? Task.CompletedTask
            : database.BulkUpsertAsync(ConsentTables.Decision, [.. decisions.Select(Row)], transaction, cancellationToken);

    /// <summary>Decisions about one patient in one campaign, by attempt.</summary>
    public async Task<IReadOnlyList<RecordedDecision>> ReadAsync(long campaign, PatientNumber patient, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command(
            "SELECT attempt, moment, reason, citation, state_version, authorization_id, at FROM consent_decision WHERE org = @org AND campaign = @campaign AND patient = @patient ORDER BY attempt",
            ("org", Organisation), ("campaign", campaign), ("patient", patient.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<RecordedDecision> decisions = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            decisions.Add(new RecordedDecision(
                campaign,
                patient,
                (int)reader.GetInt64(0),
                (GateMoment)reader.GetInt64(1),
                await reader.IsDBNullAsync(2, cancellationToken) ? null : (WithholdReason)reader.GetInt64(2),
                reader.GetString(3),
                reader.GetInt64(4),
                await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetInt64(5),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6))));
        }

        return decisions;
    }

    private object?[] Row(RecordedDecision decision) =>
    [
        Boxed.Of(Organisation),
        Boxed.Of(decision.Campaign),
        Boxed.Of(decision.Patient.Value),
        Boxed.Of(decision.Attempt),
        Boxed.Of((long)decision.Moment),
        decision.Reason is { } reason ? Boxed.Of((long)reason) : null,
        decision.Citation,
        Boxed.Of(decision.StateVersion),
        decision.Authorization,
        decision.At.ToUnixTimeMilliseconds(),
    ];
}
