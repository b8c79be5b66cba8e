using System.Data.Common;
using Sealpost.Patients;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent;

/// <summary>Authorizations, suppressions, restrictions and attested sources of one organisation, sealed where they name a patient. Every change is a ledger event in the same transaction.</summary>
/// <remarks>
/// A state's version is the newest ledger entry that touches the patient, so it only grows. Opt-outs stand on the mailbox, the
/// patient's number, source ids and identifiers; there is no operation by which the organisation could lift one.
/// </remarks>
public sealed class ConsentStore
{
    private readonly IDatabase _database;
    private readonly KeyRing _keys;
    private readonly TimeProvider _time;
    private readonly PatientsChanged _changed;
    private readonly ConsentEntries _entries;
    private readonly AuthorizationRecords _authorizations;
    private readonly SourceAttestations _attestations;
    private readonly ReopenTopics _reopen;
    private readonly SignedDocuments _documents;

    /// <summary>Creates the store; <paramref name="changed"/> is awaited after each commit, before the call returns.</summary>
    public ConsentStore(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time, PatientsChanged changed)
    {
        _database = database;
        _keys = keys;
        _time = time;
        _changed = changed;
        _entries = new ConsentEntries(keys, ledger, time);
        _authorizations = new AuthorizationRecords(keys, ledger, time);
        _attestations = new SourceAttestations(keys, ledger, time);
        _reopen = new ReopenTopics(keys, ledger, time, _entries);
        _documents = new SignedDocuments(database, keys, ledger, time);
    }

    /// <summary>Records a signed authorization; returns its number. Problems (missing elements of 164.508(c)) are refused with the element named.</summary>
    /// <exception cref="ArgumentException">A required element is missing, and the message names all of them; or there is no such patient.</exception>
    public async Task<long> RecordAsync(PatientNumber patient, MarketingAuthorization authorization, string actor, CancellationToken cancellationToken)
    {
        if (AuthorizationElements.Missing(authorization) is { Count: > 0 } missing)
            throw new ArgumentException($"The authorization is not valid without: {string.Join("; ", missing.Select(element => $"{element.Element} ({element.Citation})"))}.", nameof(authorization));
        var id = await _database.WriteAsync((transaction, token) => _authorizations.RecordAsync(patient, authorization, actor, transaction, token), cancellationToken);
        await TellAsync([patient]);
        return id;
    }

    /// <summary>Revokes; effective at once. Idempotent. False where the patient has no such authorization.</summary>
    /// <param name="patient">Patient.</param>
    /// <param name="authorization">Number of the authorization.</param>
    /// <param name="channel">How it was received, such as <c>phone</c> or <c>letter</c>.</param>
    /// <param name="actor">User id.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<bool> RevokeAsync(PatientNumber patient, long authorization, string channel, string actor, CancellationToken cancellationToken)
    {
        var (known, changed) = await _database.WriteAsync((transaction, token) => _authorizations.RevokeAsync(patient, authorization, channel, actor, transaction, token), cancellationToken);
        if (changed)
            await TellAsync([patient]);
        return known;
    }

    /// <summary>Suppresses a mailbox and, where known, a patient. Idempotent.</summary>
    /// <remarks>An opt-out given by mailbox alone stays with every patient who has it now, under any later address; one given for a patient, with that patient. A bounce stays with its mailbox.</remarks>
    /// <exception cref="ArgumentException">Neither mailbox nor patient is given, the mailbox is none, or a bounce comes without one.</exception>
    public async Task SuppressAsync(string? normalisedAddress, PatientNumber? patient, SuppressionScope scope, SuppressionSource source, string actor, CancellationToken cancellationToken)
    {
        if (normalisedAddress is null && (patient is null || source == SuppressionSource.Bounce))
            throw new ArgumentException("A suppression needs a mailbox or a patient; a bounce needs its mailbox.", nameof(normalisedAddress));
        var mailbox = normalisedAddress is null
            ? null
            : EmailAddress.Normalise(normalisedAddress) ?? throw new ArgumentException("The address is no mailbox.", nameof(normalisedAddress));
        var blind = mailbox is null ? null : ConsentTables.BlindOf(_keys, "email", mailbox);
        var suppression = new Suppression(scope, source, _time.GetUtcNow());
        await TellAsync(await _database.WriteAsync((transaction, token) => _entries.SuppressAsync(blind, patient, suppression, actor, transaction, token), cancellationToken));
    }

    /// <summary>Suppresses a mailbox that does not work, in the caller's transaction; the patients concerned, to be told after its commit.</summary>
    /// <exception cref="ArgumentException">The address is no mailbox.</exception>
    internal Task<IReadOnlyCollection<PatientNumber>> SuppressBouncedAsync(string mailbox, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var normalised = EmailAddress.Normalise(mailbox) ?? throw new ArgumentException("The address is no mailbox.", nameof(mailbox));
        return _entries.SuppressAsync(ConsentTables.BlindOf(_keys, "email", normalised), null, new Suppression(SuppressionScope.All, SuppressionSource.Bounce, _time.GetUtcNow()), "system", transaction, cancellationToken);
    }

    /// <summary>Tells whoever holds patients in memory that these have changed.</summary>
    internal Task ToldAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : TellAsync(patients);

    /// <summary>Unsubscribes by the token of a message: the mailbox and the patient get no more of <paramref name="scope"/>, and authorizations for it are revoked. Idempotent; works after the patient's erasure too.</summary>
    /// <param name="token">Token of <see cref="UnsubscribeToken"/>.</param>
    /// <param name="scope">What to stop: <see cref="SuppressionScope.Marketing"/> for one click (RFC 8058), else what the patient chose on the page.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>What the token said, for the journal of opt-outs; null where it is not one of this organisation's.</returns>
    public async Task<UnsubscribeToken?> UnsubscribeAsync(string token, SuppressionScope scope, CancellationToken cancellationToken)
    {
        if (UnsubscribeToken.Read(_keys, token) is not { } read)
            return null;
        var suppression = new Suppression(scope, SuppressionSource.Unsubscribe, _time.GetUtcNow());
        var concerned = await _database.WriteAsync(
            async (transaction, stop) =>
            {
                var patients = await _entries.SuppressAsync(read.Mailbox.ToArray(), read.Patient, suppression, "patient", transaction, stop);
                await _authorizations.RevokeForOptOutAsync(read.Patient, scope, "patient", transaction, stop);
                return patients;
            },
            cancellationToken);
        await TellAsync([.. concerned.Append(read.Patient).Distinct()]);
        return read;
    }

    /// <summary>Takes the patient's opt-outs of some topics back, on the patient's own act on a page of ours: staff has no way to call this. 45 CFR 164.514(f)(2)(v).</summary>
    /// <returns>False where nothing stopped them.</returns>
    internal async Task<bool> ReopenAsync(PatientNumber patient, IReadOnlyCollection<Topic> topics, CancellationToken cancellationToken)
    {
        var changed = await _database.WriteAsync((transaction, token) => _reopen.RunAsync(patient, topics, transaction, token), cancellationToken);
        if (changed)
            await TellAsync([patient]);
        return changed;
    }

    /// <summary>Records what the patient signed on a page of ours, with the document itself, and that its copy was shown at once. Signing opens the topics it is about. Returns the authorization's number.</summary>
    /// <exception cref="ArgumentException">As for <see cref="RecordAsync"/>.</exception>
    internal async Task<long> SignAsync(PatientNumber patient, MarketingAuthorization authorization, string document, CancellationToken cancellationToken)
    {
        var complete = authorization with { DocumentHash = SignedDocuments.Hash(document) };
        if (AuthorizationElements.Missing(complete) is { Count: > 0 } missing)
            throw new ArgumentException($"The form lacks: {string.Join("; ", missing.Select(element => $"{element.Element} ({element.Citation})"))}.", nameof(authorization));
        var id = await _database.WriteAsync(
            async (transaction, token) =>
            {
                var number = await _authorizations.RecordAsync(patient, complete, "patient", transaction, token);
                await _documents.AddAsync(patient, number, document, transaction, token);
                await _reopen.RunAsync(patient, [.. complete.Purposes.Select(Topics.Of).Append(Topic.Offers).Distinct()], transaction, token);
                return number;
            },
            cancellationToken);
        await TellAsync([patient]);
        return id;
    }

    /// <summary>The documents that patients signed on pages of ours.</summary>
    internal SignedDocuments Documents => _documents;

    /// <summary>Records a restriction or confidential communication; returns its number.</summary>
    /// <param name="patient">Patient.</param>
    /// <param name="kind">One of <see cref="RestrictionKinds"/>.</param>
    /// <param name="value">As the kind asks.</param>
    /// <param name="actor">User id.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ArgumentException">The kind is unknown, its value is missing or cannot be read, or there is no such patient.</exception>
    public async Task<long> RestrictAsync(PatientNumber patient, string kind, string? value, string actor, CancellationToken cancellationToken)
    {
        var stored = RestrictionValue.Check(kind, value);
        var id = await _database.WriteAsync((transaction, token) => _entries.RestrictAsync(patient, kind, stored, actor, transaction, token), cancellationToken);
        await TellAsync(await SharersAsync([patient], cancellationToken));
        return id;
    }

    /// <summary>Ends a restriction, with the documented reason. 164.522(a)(2). False where the patient has no such restriction in force.</summary>
    /// <exception cref="ArgumentException">The reason is empty.</exception>
    public async Task<bool> EndRestrictionAsync(PatientNumber patient, long restriction, string reason, string actor, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason))
            throw new ArgumentException("Ending a restriction needs its documented reason (45 CFR 164.522(a)(2)).", nameof(reason));
        var ended = await _database.WriteAsync((transaction, token) => _entries.EndAsync(patient, restriction, reason, actor, transaction, token), cancellationToken);
        if (ended)
            await TellAsync(await SharersAsync([patient], cancellationToken));
        return ended;
    }

    /// <summary>Attests that a source's addresses are verified, or withdraws it. Every patient's state gets a new version, so all are told: gates must be made anew with <see cref="AttestedSourcesAsync"/>.</summary>
    /// <exception cref="ArgumentException">Source or statement is empty.</exception>
    public async Task AttestAsync(string source, bool attested, string statement, string actor, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(source) || string.IsNullOrWhiteSpace(statement))
            throw new ArgumentException("An attestation needs the source's name and the statement that is attested.", nameof(statement));
        await TellAsync(await _database.WriteAsync((transaction, token) => _attestations.WriteAsync(source, attested, statement, actor, transaction, token), cancellationToken));
    }

    /// <summary>Attested sources.</summary>
    public async Task<IReadOnlySet<string>> AttestedSourcesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        return await _attestations.ReadAsync(connection, cancellationToken);
    }

    /// <summary>Every source that was ever attested, by name.</summary>
    internal async Task<IReadOnlyList<AttestedSource>> AttestationsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        return await _attestations.ListAsync(connection, cancellationToken);
    }

    /// <summary>Consent states of patients, given their open charts (for addresses). Patients without any record get an empty state.</summary>
    /// <exception cref="InvalidDataException">An entry that a key names is missing: never fewer opt-outs, always an error.</exception>
    public Task<IReadOnlyDictionary<PatientNumber, ConsentState>> LoadAsync(IReadOnlyCollection<Chart> charts, CancellationToken cancellationToken) =>
        new LoadConsent(_database, _keys, _time).RunAsync(charts, cancellationToken);

    /// <summary>Unites suppressions and restrictions of a record merged away into its survivor, in the import's transaction. Call it before the merged record's look-up keys go. Authorizations stay behind for a person to review.</summary>
    public Task UniteAsync(PatientNumber mergedAway, PatientNumber survivor, DbTransaction transaction, CancellationToken cancellationToken) =>
        _entries.UniteAsync(mergedAway, survivor, transaction, cancellationToken);

    /// <summary>Notes an accepted message for the frequency cap, in the outcome's transaction.</summary>
    public Task NoteMessageAsync(IReadOnlyList<(PatientNumber Patient, DateTimeOffset At)> accepted, DbTransaction transaction, CancellationToken cancellationToken) =>
        accepted.Count == 0
            ? Task.CompletedTask
            : _database.BulkUpsertAsync(ConsentTables.Message, [.. accepted.Distinct().Select(message => new object?[] { Boxed.Of(_keys.Organisation.Value), Boxed.Of(message.Patient.Value), message.At.ToUnixTimeMilliseconds() })], transaction, cancellationToken);

    /// <summary>Some patients and all who share a mailbox or identifier with one of them: those whose states change when these patients' charts do (<see cref="ConsentState.SharedAddresses"/>). Tell all of them of the change.</summary>
    public async Task<IReadOnlyCollection<PatientNumber>> SharersAsync(IReadOnlyCollection<PatientNumber> patients, CancellationToken cancellationToken)
    {
        HashSet<PatientNumber> sharers = [.. patients];
        await using var connection = await _database.OpenReadAsync(cancellationToken);
        foreach (var condition in ConsentTables.Conditions(patients))
        {
            // CROSS JOIN: SQLite keeps this order. Left to choose without statistics, it walks every look-up of the organisation.
            await using var command = connection.Command(
                $"SELECT DISTINCT b.patient FROM patient_lookup a CROSS JOIN patient_lookup b WHERE a.org = @org AND a.patient {condition} AND b.org = a.org AND b.blind = a.blind AND b.patient <> a.patient",
                ("org", _keys.Organisation.Value));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                sharers.Add(new PatientNumber((int)reader.GetInt64(0)));
        }

        return sharers;
    }

    /// <summary>The change is committed: whoever waits must hear of it, even if the caller has given up.</summary>
    private Task TellAsync(IReadOnlyCollection<PatientNumber> patients) =>
        patients.Count == 0 ? Task.CompletedTask : _changed(patients, CancellationToken.None);
}
