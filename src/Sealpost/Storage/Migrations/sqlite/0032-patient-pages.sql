-- What patients do on their own pages. Nothing here is ever deleted but counters.

-- A patient took an opt-out back, for himself only: the entry stands on everyone else it is about.
CREATE TABLE consent_reopened (
    org      INTEGER NOT NULL,
    patient  INTEGER NOT NULL,
    entry    INTEGER NOT NULL, -- consent_entry.entry
    at       INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (org, patient, entry)
) STRICT, WITHOUT ROWID;

-- Forms that patients may sign. A form is never changed: a new text is a new form.
CREATE TABLE authorization_form (
    org          INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    sealed       BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    withdrawn_at INTEGER,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;

-- The signed document, sealed, and its SHA-256: 45 CFR 164.508(b)(6), 164.530(j).
CREATE TABLE authorization_document (
    org    INTEGER NOT NULL,
    id     INTEGER NOT NULL, -- consent_authorization.id
    sealed BLOB    NOT NULL,
    sha256 TEXT    NOT NULL,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;

-- Copies of the signed document given to the patient: 45 CFR 164.508(c)(4).
CREATE TABLE authorization_copy (
    org      INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    method   TEXT    NOT NULL, -- page, download, email
    sequence INTEGER NOT NULL,
    PRIMARY KEY (org, id, at, method)
) STRICT, WITHOUT ROWID;

-- What a patient asks of staff; sealed with the patient's key.
CREATE TABLE patient_request (
    org        INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    patient    INTEGER NOT NULL,
    kind       TEXT    NOT NULL, -- address, reply
    campaign   INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    at         INTEGER NOT NULL,
    settled_at INTEGER,
    settled_by TEXT,
    note       BLOB,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_request_open ON patient_request (org, id) WHERE settled_at IS NULL;
CREATE INDEX patient_request_patient ON patient_request (org, patient);

-- Wrong answers to questions that only the patient should know. A row of zero failures is as good as none.
CREATE TABLE patient_factor (
    org          INTEGER NOT NULL,
    patient      INTEGER NOT NULL,
    failures     INTEGER NOT NULL,
    failed_at    INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    PRIMARY KEY (org, patient)
) STRICT, WITHOUT ROWID;
