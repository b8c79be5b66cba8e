-- What patients allow and forbid. Opt-outs and restrictions are keyed by patient number and by blind indexes, so they outlive
-- the erasure and the re-import of a patient; nothing here is ever deleted.

-- The next free number of a kind of record.
CREATE TABLE consent_number (
    org  BIGINT NOT NULL,
    name TEXT   NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (org, name)
);

-- Signed authorizations, sealed with the organisation's key: 45 CFR 164.530(j) asks to keep them for six years after their end,
-- and they name nobody but by number. "sequence" is the ledger entry of the change, here and below: the newest one is the version
-- of a patient's consent state.
CREATE TABLE consent_authorization (
    org      BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    patient  BIGINT NOT NULL,
    sealed   BYTEA  NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE INDEX consent_authorization_patient ON consent_authorization (org, patient);

-- A revocation is added to an authorization and never taken back.
CREATE TABLE consent_revocation (
    org        BIGINT NOT NULL,
    id         BIGINT NOT NULL, -- consent_authorization.id
    revoked_at BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL, -- channel
    sequence   BIGINT NOT NULL,
    PRIMARY KEY (org, id)
);

-- Suppressions, restrictions, confidential communications. "owner" is the patient whose key seals the value: once that key is
-- destroyed the value is gone, and what cannot be read forbids.
CREATE TABLE consent_entry (
    org            BIGINT NOT NULL,
    entry          BIGINT NOT NULL,
    kind           TEXT   NOT NULL, -- suppression, or a kind of restriction
    scope          BIGINT,          -- of a suppression
    source         BIGINT,          -- of a suppression
    owner          BIGINT,
    sealed         BYTEA,             -- value
    recorded_at    BIGINT NOT NULL,
    sequence       BIGINT NOT NULL,
    ended_at       BIGINT,
    ended_sequence BIGINT,
    ended_sealed   BYTEA,             -- documented reason
    PRIMARY KEY (org, entry)
);

-- Whom an entry is about: by number, ...
CREATE TABLE consent_entry_patient (
    org      BIGINT NOT NULL,
    patient  BIGINT NOT NULL,
    entry    BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (org, patient, entry)
);

-- ... and by the first 16 bytes of the keyed hash of mailboxes, source ids and identifiers (as patient_lookup keeps them).
CREATE TABLE consent_entry_blind (
    org   BIGINT NOT NULL,
    blind BYTEA  NOT NULL,
    entry BIGINT NOT NULL,
    PRIMARY KEY (org, blind, entry)
);
CREATE INDEX consent_entry_blind_entry ON consent_entry_blind (org, entry);

-- Records merged away: they are no longer persons of their own.
CREATE TABLE consent_merged (
    org      BIGINT NOT NULL,
    patient  BIGINT NOT NULL,
    survivor BIGINT NOT NULL,
    PRIMARY KEY (org, patient)
);

-- Import sources whose addresses the organisation attests, or no longer does.
CREATE TABLE consent_attestation (
    org      BIGINT NOT NULL,
    blind    BYTEA  NOT NULL,
    sealed   BYTEA  NOT NULL, -- name of the source
    attested BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (org, blind)
);

-- Accepted messages, for the frequency cap.
CREATE TABLE consent_message (
    org     BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (org, patient, at)
);

-- One decision per delivery attempt: codes and clauses only.
CREATE TABLE consent_decision (
    org              BIGINT NOT NULL,
    campaign         BIGINT NOT NULL,
    patient          BIGINT NOT NULL,
    attempt          BIGINT NOT NULL,
    moment           BIGINT NOT NULL,
    reason           BIGINT,          -- null for a permit
    citation         TEXT   NOT NULL,
    state_version    BIGINT NOT NULL,
    authorization_id BIGINT,
    at               BIGINT NOT NULL,
    PRIMARY KEY (org, campaign, patient, attempt)
);
