-- What patients do on their own pages. Nothing here is ever deleted but counters.

-- A patient took an opt-out back, for himself only: the entry stands on everyone else it is about.
CREATE TABLE consent_reopened (
    org      BIGINT NOT NULL,
    patient  BIGINT NOT NULL,
    entry    BIGINT NOT NULL, -- consent_entry.entry
    at       BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (org, patient, entry)
);

-- Forms that patients may sign. A form is never changed: a new text is a new form.
CREATE TABLE authorization_form (
    org          BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    sealed       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (org, id)
);

-- The signed document, sealed, and its SHA-256: 45 CFR 164.508(b)(6), 164.530(j).
CREATE TABLE authorization_document (
    org    BIGINT NOT NULL,
    id     BIGINT NOT NULL, -- consent_authorization.id
    sealed BYTEA  NOT NULL,
    sha256 TEXT    NOT NULL,
    PRIMARY KEY (org, id)
);

-- Copies of the signed document given to the patient: 45 CFR 164.508(c)(4).
CREATE TABLE authorization_copy (
    org      BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    method   TEXT    NOT NULL, -- page, download, email
    sequence BIGINT NOT NULL,
    PRIMARY KEY (org, id, at, method)
);

-- What a patient asks of staff; sealed with the patient's key.
CREATE TABLE patient_request (
    org        BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    patient    BIGINT NOT NULL,
    kind       TEXT    NOT NULL, -- address, reply
    campaign   BIGINT NOT NULL,
    sealed     BYTEA  NOT NULL,
    at         BIGINT NOT NULL,
    settled_at BIGINT,
    settled_by TEXT,
    note       BYTEA,
    PRIMARY KEY (org, id)
);
CREATE INDEX patient_request_open ON patient_request (org, id) WHERE settled_at IS NULL;
CREATE INDEX patient_request_patient ON patient_request (org, patient);

-- Wrong answers to questions that only the patient should know. A row of zero failures is as good as none.
CREATE TABLE patient_factor (
    org          BIGINT NOT NULL,
    patient      BIGINT NOT NULL,
    failures     BIGINT NOT NULL,
    failed_at    BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    PRIMARY KEY (org, patient)
);
