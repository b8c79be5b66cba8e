using System.Data.Common;
using System.Globalization;
using Sealpost.People;
using Sealpost.Storage;

namespace Sealpost.Organisations;

/// <summary>Reads how far setting up has come from what exists.</summary>
internal sealed class ReadSetUp(OrganisationContext context, HandOverKit kit)
{
    private int Org => context.Organisation.Id.Value;

    /// <summary>Every step and how it stands.</summary>
    /// <exception cref="RefusedException">The actor may not see settings.</exception>
    public async Task<SetUpProgress> RunAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Roles.Administrator | Roles.Auditor | Roles.Compliance, "see how far setting up has come");
        var kept = await kit.IsKeptAsync(cancellationToken).ConfigureAwait(false);
        await using var connection = await context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var people = await PeopleAsync(connection, cancellationToken).ConfigureAwait(false);
        var patients = await CountAsync(connection, "SELECT COALESCE(SUM(patients), 0) FROM patient_shard WHERE org = @org", cancellationToken).ConfigureAwait(false);
        var attested = await CountAsync(connection, "SELECT COUNT(*) FROM consent_attestation WHERE org = @org AND attested = 1", cancellationToken).ConfigureAwait(false);
        var domain = await CountAsync(connection, "SELECT COUNT(*) FROM setting WHERE org = @org AND name IN ('sends-from', 'bounce-host')", cancellationToken).ConfigureAwait(false);
        return new SetUpProgress(
        [
            new(SetUpStep.Kit, kept, kept ? "Printed and locked away." : "Print it and lock it away: without it, a lost key file takes every record with it."),
            new(SetUpStep.Organisation, true, $"{context.Organisation.Name}, {context.Organisation.TimeZone.Id}"),
            new(SetUpStep.Domain, domain == 2, domain == 2 ? $"{context.Organisation.Domain}: the records are complete." : "Say which addresses this server sends from, and publish the records."),
            People(people),
            new(SetUpStep.Import, patients > 0, patients > 0 ? $"{patients.ToString("N0", CultureInfo.InvariantCulture)} patients." : "Bring in patients from your record system, or load made-up ones to try things out."),
            new(SetUpStep.Addresses, attested > 0, attested > 0 ? $"{attested} source{(attested == 1 ? "" : "s")} of addresses trusted." : "Say which source verifies email addresses with the patient; until then only addresses marked as verified are used."),
        ]);
    }

    private static SetUpState People(IReadOnlyList<(string Id, Roles Roles)> people)
    {
        var writers = people.Where(one => one.Roles.HasFlag(Roles.Marketer)).ToList();
        var approvers = people.Where(one => one.Roles.HasFlag(Roles.Approver)).ToList();
        var pair = writers.Any(writer => approvers.Any(approver => approver.Id != writer.Id));
        return new SetUpState(SetUpStep.People, pair, pair ? $"{people.Count} people; what one writes, another approves."
            : approvers.Count == 0 ? "Invite an approver: nobody approves their own campaign."
            : writers.Count == 0 ? "Nobody writes campaigns yet: give somebody the role marketer."
            : "The only writer is the only approver: invite a second person.");
    }

    private async Task<IReadOnlyList<(string Id, Roles Roles)>> PeopleAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, "SELECT id, roles FROM actor WHERE org = @org AND ended_at IS NULL AND roles <> ''", ("@org", Org));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var people = new List<(string, Roles)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            people.Add((reader.GetString(0), RoleNames.Parse(reader.GetString(1))));
        return people;
    }

    private async Task<long> CountAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, sql, ("@org", Org));
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }
}
