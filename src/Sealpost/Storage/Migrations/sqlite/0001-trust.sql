-- Keys, ledger and agreements (Sealpost.Trust).
--
-- Schema "keys" is an attached database with a file of its own, so that wrapped keys are backed up apart from the data and are
-- restored to their latest state only: once a patient's row is gone from the latest copy, no data backup of any age opens again.
-- Keep PRAGMA secure_delete on for this file, so that a destroyed key leaves no copy in a free page.

-- An organisation's keys, wrapped by the key source (root key). Old versions stay: values sealed under them name their version.
CREATE TABLE keys.organisation_key (
    org        INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    wrapped    BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org, version)
) STRICT, WITHOUT ROWID;

-- The blind-index key, wrapped by the organisation key. It never changes, so rotation does not change look-ups.
CREATE TABLE keys.blind_index_key (
    org        INTEGER NOT NULL PRIMARY KEY,
    wrapped    BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Page keys: one per 4,096 patients, wrapped by an organisation key. "made_under" is the organisation key version that was newest
-- when the page key was made; a page whose newest key was made under an older one is due for rotation.
CREATE TABLE keys.page_key (
    org        INTEGER NOT NULL,
    page       INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    wrapped    BLOB    NOT NULL,
    made_under INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org, page, version)
) STRICT, WITHOUT ROWID;

-- Patient keys, wrapped by a page key whose version is inside "wrapped". Deleting a row erases the patient.
CREATE TABLE keys.patient_key (
    org     INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    wrapped BLOB    NOT NULL,
    PRIMARY KEY (org, patient)
) STRICT, WITHOUT ROWID;

-- The installation's ledger signing key (ECDSA P-256); the private scalar is wrapped by the key source.
CREATE TABLE keys.ledger_key (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    wrapped    BLOB    NOT NULL,
    public_key BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- The ledger is one log for the installation, so its tables are keyed by place in the log; org is a column of each entry.
-- "sums" holds one checksum per column: not security (leaf_hash and the tree are), but it lets verification name the column.
CREATE TABLE ledger_entry (
    seq           INTEGER NOT NULL PRIMARY KEY,
    org           INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    patient       INTEGER,
    subject       TEXT,
    outcome       TEXT    NOT NULL,
    detail        TEXT,
    sealed_detail BLOB,
    leaf_hash     BLOB    NOT NULL,
    sums          BLOB    NOT NULL
) STRICT;
CREATE INDEX ledger_entry_patient ON ledger_entry (org, patient, seq) WHERE patient IS NOT NULL;
CREATE INDEX ledger_entry_kind ON ledger_entry (org, kind, seq);

-- Size and right edge of the tree; one row.
CREATE TABLE ledger_head (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size     INTEGER NOT NULL,
    frontier BLOB    NOT NULL
) STRICT;
INSERT INTO ledger_head (id, size, frontier) VALUES (1, 0, X'');

CREATE TABLE ledger_receipt (
    entry      INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    org        INTEGER NOT NULL,
    campaign   INTEGER NOT NULL,
    patient    INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    salt       BLOB    NOT NULL,
    commitment BLOB    NOT NULL,
    sums       BLOB    NOT NULL,
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_receipt_id ON ledger_receipt (id);
CREATE INDEX ledger_receipt_patient ON ledger_receipt (org, patient, campaign);

CREATE TABLE ledger_checkpoint (
    size      INTEGER NOT NULL PRIMARY KEY,
    root      BLOB    NOT NULL,
    signed_at INTEGER NOT NULL,
    signature BLOB    NOT NULL
) STRICT;

-- Business associate agreements. "flows" and "terms" are bit sets; dates are day numbers, instants Unix milliseconds.
CREATE TABLE agreement (
    org          INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    party        TEXT    NOT NULL,
    endpoint     TEXT    NOT NULL,
    flows        INTEGER NOT NULL,
    effective_on INTEGER NOT NULL,
    expires_on   INTEGER,
    terms        INTEGER NOT NULL,
    signed_by    TEXT,
    signed_at    INTEGER,
    ended_at     INTEGER,
    PRIMARY KEY (org, id)
) STRICT;

-- Risks a named person took for the organisation.
CREATE TABLE risk_acceptance (
    org          INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    statement    TEXT    NOT NULL,
    accepted_by  TEXT    NOT NULL,
    accepted_at  INTEGER NOT NULL,
    expires_on   INTEGER,
    withdrawn_at INTEGER,
    PRIMARY KEY (org, id)
) STRICT;
