using System.Data.Common;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>Takes a patient's opt-outs of some topics back, on the patient's own act and for this patient alone. 45 CFR 164.514(f)(2)(v); 15 USC 7704(a)(4).</summary>
/// <remarks>Entries stay; a note beside each says that this patient took it back. What a wide opt-out stopped besides stays stopped by narrower ones.</remarks>
internal sealed class ReopenTopics(KeyRing keys, Ledger ledger, TimeProvider time, ConsentEntries entries)
{
    private OrganisationId Organisation => keys.Organisation;

    /// <summary>Reopens; false where nothing stopped these topics.</summary>
    public async Task<bool> RunAsync(PatientNumber patient, IReadOnlyCollection<Topic> topics, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var standing = (await StandingAsync(patient, transaction, cancellationToken)).Where(entry => topics.Any(topic => Topics.Stops(entry.Scope, topic))).ToList();
        if (standing.Count == 0)
            return false;
        var sequence = await ledger.AppendAsync(
            new AuditEvent(Organisation, "consent.reopened", "patient", patient, null, "done", $"topics={string.Join(',', topics.Order().Select(topic => topic.ToString().ToLowerInvariant()))}"), transaction, cancellationToken);
        foreach (var entry in standing)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO consent_reopened (org, patient, entry, at, sequence) VALUES (@org, @patient, @entry, @at, @sequence) ON CONFLICT (org, patient, entry) DO NOTHING",
                [("org", Organisation.Value), ("patient", patient.Value), ("entry", entry.Entry), ("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("sequence", sequence)],
                cancellationToken);
        }

        foreach (var (topic, source) in standing
            .SelectMany(entry => Topics.All.Where(topic => Topics.Stops(entry.Scope, topic) && !topics.Contains(topic)).Select(topic => (topic, entry.Source))).Distinct())
            await entries.SuppressAsync(null, patient, new Suppression(Topics.ScopeOf(topic), source, time.GetUtcNow()), "patient", transaction, cancellationToken);
        return true;
    }

    /// <summary>Opt-outs found for a patient by number or by any key; bounces are none.</summary>
    private async Task<List<(long Entry, SuppressionScope Scope, SuppressionSource Source)>> StandingAsync(PatientNumber patient, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            """
            SELECT e.entry, e.scope, e.source FROM consent_entry e
            WHERE e.org = @org AND e.kind = @kind AND e.source <> @bounce
            AND e.entry IN (
                SELECT entry FROM consent_entry_patient WHERE org = @org AND patient = @patient
                UNION
                SELECT k.entry FROM patient_lookup l JOIN consent_entry_blind k ON k.org = l.org AND k.blind = l.blind WHERE l.org = @org AND l.patient = @patient
                EXCEPT
                SELECT entry FROM consent_reopened WHERE org = @org AND patient = @patient)
            ORDER BY e.entry
            """,
            ("org", Organisation.Value), ("kind", ConsentTables.SuppressionKind), ("bounce", (int)SuppressionSource.Bounce), ("patient", patient.Value));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<(long, SuppressionScope, SuppressionSource)> standing = [];
        while (await reader.ReadAsync(cancellationToken))
            standing.Add((reader.GetInt64(0), (SuppressionScope)reader.GetInt64(1), (SuppressionSource)reader.GetInt64(2)));
        return standing;
    }
}
