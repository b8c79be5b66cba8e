-- Keys, ledger and agreements (Sealpost.Trust).
--
-- Wrapped keys live in a schema of their own: dump it apart from the data (pg_dump --schema=keys) and restore it to its latest
-- state only. Once a patient's row is gone from the latest copy, no data backup of any age opens again.
-- VACUUM keys.patient_key after an erasure, so that the dead row's page is reused.
CREATE SCHEMA IF NOT EXISTS keys;

-- An organisation's keys, wrapped by the key source (root key). Old versions stay: values sealed under them name their version.
CREATE TABLE keys.organisation_key (
    org        BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    wrapped    BYTEA   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, version)
);

-- The blind-index key, wrapped by the organisation key. It never changes, so rotation does not change look-ups.
CREATE TABLE keys.blind_index_key (
    org        BIGINT NOT NULL PRIMARY KEY,
    wrapped    BYTEA   NOT NULL,
    created_at BIGINT NOT NULL
);

-- Page keys: one per 4,096 patients, wrapped by an organisation key. "made_under" is the organisation key version that was newest
-- when the page key was made; a page whose newest key was made under an older one is due for rotation.
CREATE TABLE keys.page_key (
    org        BIGINT NOT NULL,
    page       BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    wrapped    BYTEA   NOT NULL,
    made_under BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, page, version)
);

-- Patient keys, wrapped by a page key whose version is inside "wrapped". Deleting a row erases the patient.
CREATE TABLE keys.patient_key (
    org     BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    wrapped BYTEA   NOT NULL,
    PRIMARY KEY (org, patient)
);

-- The installation's ledger signing key (ECDSA P-256); the private scalar is wrapped by the key source.
CREATE TABLE keys.ledger_key (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    wrapped    BYTEA   NOT NULL,
    public_key BYTEA   NOT NULL,
    created_at BIGINT NOT NULL
);

-- The ledger is one log for the installation, so its tables are keyed by place in the log; org is a column of each entry.
-- "sums" holds one checksum per column: not security (leaf_hash and the tree are), but it lets verification name the column.
CREATE TABLE ledger_entry (
    seq           BIGINT NOT NULL PRIMARY KEY,
    org           BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    kind          TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    patient       BIGINT,
    subject       TEXT,
    outcome       TEXT    NOT NULL,
    detail        TEXT,
    sealed_detail BYTEA,
    leaf_hash     BYTEA   NOT NULL,
    sums          BYTEA   NOT NULL
);
CREATE INDEX ledger_entry_patient ON ledger_entry (org, patient, seq) WHERE patient IS NOT NULL;
CREATE INDEX ledger_entry_kind ON ledger_entry (org, kind, seq);

-- Size and right edge of the tree; one row.
CREATE TABLE ledger_head (
    id       BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size     BIGINT NOT NULL,
    frontier BYTEA   NOT NULL
);
INSERT INTO ledger_head (id, size, frontier) VALUES (1, 0, ''::bytea);

CREATE TABLE ledger_receipt (
    entry      BIGINT NOT NULL,
    position   BIGINT NOT NULL,
    id         BYTEA   NOT NULL,
    org        BIGINT NOT NULL,
    campaign   BIGINT NOT NULL,
    patient    BIGINT NOT NULL,
    body       BYTEA   NOT NULL,
    salt       BYTEA   NOT NULL,
    commitment BYTEA   NOT NULL,
    sums       BYTEA   NOT NULL,
    PRIMARY KEY (entry, position)
);
CREATE INDEX ledger_receipt_id ON ledger_receipt (id);
CREATE INDEX ledger_receipt_patient ON ledger_receipt (org, patient, campaign);

CREATE TABLE ledger_checkpoint (
    size      BIGINT NOT NULL PRIMARY KEY,
    root      BYTEA   NOT NULL,
    signed_at BIGINT NOT NULL,
    signature BYTEA   NOT NULL
);

-- Business associate agreements. "flows" and "terms" are bit sets; dates are day numbers, instants Unix milliseconds.
CREATE TABLE agreement (
    org          BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    party        TEXT    NOT NULL,
    endpoint     TEXT    NOT NULL,
    flows        BIGINT NOT NULL,
    effective_on BIGINT NOT NULL,
    expires_on   BIGINT,
    terms        BIGINT NOT NULL,
    signed_by    TEXT,
    signed_at    BIGINT,
    ended_at     BIGINT,
    PRIMARY KEY (org, id)
);

-- Risks a named person took for the organisation.
CREATE TABLE risk_acceptance (
    org          BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    kind         TEXT    NOT NULL,
    statement    TEXT    NOT NULL,
    accepted_by  TEXT    NOT NULL,
    accepted_at  BIGINT NOT NULL,
    expires_on   BIGINT,
    withdrawn_at BIGINT,
    PRIMARY KEY (org, id)
);
