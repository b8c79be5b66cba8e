using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Sealpost.Trust.Ledger;
using Sealpost.Trust.Sealing;
using StoreWriter = System.Func<System.Func<System.Data.Common.DbTransaction, System.Threading.CancellationToken, System.Threading.Tasks.Task<bool>>, System.Threading.CancellationToken, System.Threading.Tasks.Task<bool>>;

namespace Sealpost.Trust.Keys;

/// <summary>Exchanges keys: wraps the next lower keys anew and never seals a chart again. NIST SP 800-57 part 1 §5.3.</summary>
/// <remarks>
/// Every step is one transaction with its ledger event, and each leaves all data readable: a crash in between loses nothing, and the
/// same call (or <see cref="ResumeAsync"/>) goes on where it stopped. Mail may be sent meanwhile. One rotation of an organisation at a time.
/// The parameter <c>write</c> runs work in a transaction of the store and commits it: pass the store's own <c>WriteAsync</c>.
/// </remarks>
/// <param name="ledger">Takes the events <c>keys.root-rotated</c>, <c>keys.organisation-rotated</c>, <c>keys.page-rotated</c>.</param>
/// <param name="time">Clock.</param>
public sealed class KeyRotation(Ledger.Ledger ledger, TimeProvider time)
{
    // More rows save nothing: SQLite finds each parameter by walking through the names of all.
    private const int RowsPerStatement = 20;

    /// <summary>Makes a new root key, wraps all organisations' keys and the ledger key under it and retires the old one. Print the returned kit: the old one restores nothing any more.</summary>
    /// <exception cref="SealException">A key does not open under the roots in the file; nothing was changed in the store.</exception>
    public async Task<RecoveryKit> RotateRootAsync(FileKeySource source, string actor, StoreWriter write, CancellationToken cancellationToken)
    {
        // Two roots in the file: an earlier rotation stopped before it retired the old one. Go on with its new root.
        if (source.RootCount == 1)
            await source.AddRootAsync(cancellationToken);
        await write(
            async (transaction, token) =>
            {
                await KeyTables.RewrapRootedAsync(source, transaction, token);
                await RecordAsync("keys.root-rotated", Ledger.Ledger.Installation, actor, null, transaction, token);
                return true;
            },
            cancellationToken);
        await source.RetireOldRootsAsync(cancellationToken);
        return source.MakeRecoveryKit();
    }

    /// <summary>Makes a new organisation key and, under it, new page keys for all patients. Values sealed with older organisation keys stay readable.</summary>
    /// <returns>Pages whose key was exchanged.</returns>
    /// <exception cref="SealException">A page key or patient key does not open; the step was rolled back, earlier ones hold.</exception>
    public async Task<int> RotateOrganisationAsync(KeyRing keys, IKeySource source, string actor, StoreWriter write, CancellationToken cancellationToken)
    {
        var version = 0;
        await write(
            async (transaction, token) =>
            {
                version = await InsertOrganisationKeyAsync(keys, source, transaction, token);
                await RecordAsync("keys.organisation-rotated", keys.Organisation, actor, version, transaction, token);
                return true;
            },
            cancellationToken);
        // Sealed with only once it is committed: what it seals must open after a restart.
        keys.OrganisationKeys.Use(version);
        return await ResumeAsync(keys, actor, write, cancellationToken);
    }

    /// <summary>Exchanges the page keys that were made under an older organisation key; nothing to do where a rotation ran through.</summary>
    /// <returns>Pages whose key was exchanged.</returns>
    public async Task<int> ResumeAsync(KeyRing keys, string actor, StoreWriter write, CancellationToken cancellationToken)
    {
        var pages = 0;
        while (true)
        {
            PageKeyRow? made = null;
            if (!await write(async (transaction, token) => (made = await RotateNextPageAsync(keys, actor, transaction, token)) is not null, cancellationToken))
                return pages;
            keys.Page(made!.Value.Page).Use(made.Value.Version);
            pages++;
        }
    }

    private async Task<int> InsertOrganisationKeyAsync(KeyRing keys, IKeySource source, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var version = keys.OrganisationKeys.Current.Version + 1;
        var key = SealingKey.Random();
        await KeyTables.InsertOrganisationKeyAsync(keys.Organisation, version, await source.WrapAsync(key.Bytes, cancellationToken), time, transaction, cancellationToken);
        keys.OrganisationKeys.Add(version, key, current: false);
        await transaction.ExecuteAsync(
            "UPDATE keys.blind_index_key SET wrapped = @wrapped WHERE org = @org",
            [("@org", keys.Organisation.Value), ("@wrapped", keys.WrapBlindIndexKey(version, key))],
            cancellationToken);
        foreach (var row in await KeyTables.PageKeysAsync(keys.Organisation, 0, int.MaxValue, transaction.Command, cancellationToken))
        {
            using var pageKey = keys.UnwrapPageKey(row.Page, row.Wrapped);
            await transaction.ExecuteAsync(
                "UPDATE keys.page_key SET wrapped = @wrapped WHERE org = @org AND page = @page AND version = @version",
                [("@org", keys.Organisation.Value), ("@page", row.Page), ("@version", row.Version), ("@wrapped", keys.WrapPageKey(row.Page, pageKey, version, key))],
                cancellationToken);
        }

        return version;
    }

    private async Task<PageKeyRow?> RotateNextPageAsync(KeyRing keys, string actor, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var (organisationVersion, organisationKey) = keys.OrganisationKeys.Current;
        if (await KeyTables.PageBehindAsync(keys.Organisation, organisationVersion, transaction, cancellationToken) is not { } behind)
            return null;
        var version = behind.Version + 1;
        var key = SealingKey.Random();
        var made = new PageKeyRow(behind.Page, version, keys.WrapPageKey(behind.Page, key, organisationVersion, organisationKey), organisationVersion);
        await KeyTables.InsertPageKeyAsync(keys.Organisation, made, time, transaction, cancellationToken);
        keys.Page(behind.Page).Add(version, key, current: false);
        await RewrapPatientsAsync(keys, made, key, transaction, cancellationToken);
        // The one before stays until the next rotation: a patient saved at this very moment may still be under it.
        await transaction.ExecuteAsync(
            "DELETE FROM keys.page_key WHERE org = @org AND page = @page AND version < @previous",
            [("@org", keys.Organisation.Value), ("@page", behind.Page), ("@previous", behind.Version)],
            cancellationToken);
        await RecordAsync("keys.page-rotated", keys.Organisation, actor, behind.Page, transaction, cancellationToken);
        return made;
    }

    private static async Task RewrapPatientsAsync(KeyRing keys, PageKeyRow made, SealingKey key, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var patients = await KeyTables.PatientKeysAsync(keys.Organisation, made.Page, transaction, cancellationToken);
        foreach (var chunk in patients.Chunk(RowsPerStatement))
        {
            await using var command = transaction.Command(
                $"""
                WITH young (patient, wrapped) AS (VALUES {string.Join(", ", chunk.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"(@n{i}, @w{i})")))})
                UPDATE keys.patient_key AS old SET wrapped = young.wrapped FROM young WHERE old.org = @org AND old.patient = young.patient
                """,
                [("@org", keys.Organisation.Value), .. chunk.SelectMany((row, i) => Parameters(row, i))]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        (string, object?)[] Parameters(PatientKeyRow row, int i) =>
        [
            (string.Create(CultureInfo.InvariantCulture, $"@n{i}"), row.Patient.Value),
            (string.Create(CultureInfo.InvariantCulture, $"@w{i}"), keys.RewrapPatientKey(row.Patient, row.Wrapped, made.Version, key)),
        ];
    }

    private Task<long> RecordAsync(string kind, OrganisationId organisation, string actor, int? subject, DbTransaction transaction, CancellationToken cancellationToken) =>
        ledger.AppendAsync(new AuditEvent(organisation, kind, actor, null, subject?.ToString(CultureInfo.InvariantCulture), "done"), transaction, cancellationToken);
}
