-- What patients allow and forbid. Opt-outs and restrictions are keyed by patient number and by blind indexes, so they outlive
-- the erasure and the re-import of a patient; nothing here is ever deleted.

-- The next free number of a kind of record.
CREATE TABLE consent_number (
    org  INTEGER NOT NULL,
    name TEXT    NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;

-- Signed authorizations, sealed with the organisation's key: 45 CFR 164.530(j) asks to keep them for six years after their end,
-- and they name nobody but by number. "sequence" is the ledger entry of the change, here and below: the newest one is the version
-- of a patient's consent state.
CREATE TABLE consent_authorization (
    org      INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    patient  INTEGER NOT NULL,
    sealed   BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_authorization_patient ON consent_authorization (org, patient);

-- A revocation is added to an authorization and never taken back.
CREATE TABLE consent_revocation (
    org        INTEGER NOT NULL,
    id         INTEGER NOT NULL, -- consent_authorization.id
    revoked_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL, -- channel
    sequence   INTEGER NOT NULL,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;

-- Suppressions, restrictions, confidential communications. "owner" is the patient whose key seals the value: once that key is
-- destroyed the value is gone, and what cannot be read forbids.
CREATE TABLE consent_entry (
    org            INTEGER NOT NULL,
    entry          INTEGER NOT NULL,
    kind           TEXT    NOT NULL, -- suppression, or a kind of restriction
    scope          INTEGER,          -- of a suppression
    source         INTEGER,          -- of a suppression
    owner          INTEGER,
    sealed         BLOB,             -- value
    recorded_at    INTEGER NOT NULL,
    sequence       INTEGER NOT NULL,
    ended_at       INTEGER,
    ended_sequence INTEGER,
    ended_sealed   BLOB,             -- documented reason
    PRIMARY KEY (org, entry)
) STRICT, WITHOUT ROWID;

-- Whom an entry is about: by number, ...
CREATE TABLE consent_entry_patient (
    org      INTEGER NOT NULL,
    patient  INTEGER NOT NULL,
    entry    INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (org, patient, entry)
) STRICT, WITHOUT ROWID;

-- ... and by the first 16 bytes of the keyed hash of mailboxes, source ids and identifiers (as patient_lookup keeps them).
CREATE TABLE consent_entry_blind (
    org   INTEGER NOT NULL,
    blind BLOB    NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (org, blind, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_entry_blind_entry ON consent_entry_blind (org, entry);

-- Records merged away: they are no longer persons of their own.
CREATE TABLE consent_merged (
    org      INTEGER NOT NULL,
    patient  INTEGER NOT NULL,
    survivor INTEGER NOT NULL,
    PRIMARY KEY (org, patient)
) STRICT, WITHOUT ROWID;

-- Import sources whose addresses the organisation attests, or no longer does.
CREATE TABLE consent_attestation (
    org      INTEGER NOT NULL,
    blind    BLOB    NOT NULL,
    sealed   BLOB    NOT NULL, -- name of the source
    attested INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (org, blind)
) STRICT, WITHOUT ROWID;

-- Accepted messages, for the frequency cap.
CREATE TABLE consent_message (
    org     INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (org, patient, at)
) STRICT, WITHOUT ROWID;

-- One decision per delivery attempt: codes and clauses only.
CREATE TABLE consent_decision (
    org              INTEGER NOT NULL,
    campaign         INTEGER NOT NULL,
    patient          INTEGER NOT NULL,
    attempt          INTEGER NOT NULL,
    moment           INTEGER NOT NULL,
    reason           INTEGER,          -- null for a permit
    citation         TEXT    NOT NULL,
    state_version    INTEGER NOT NULL,
    authorization_id INTEGER,
    at               INTEGER NOT NULL,
    PRIMARY KEY (org, campaign, patient, attempt)
) STRICT, WITHOUT ROWID;
