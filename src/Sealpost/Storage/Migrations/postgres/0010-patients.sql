-- Sealed charts. A patient's key is in keys.patient_key.
CREATE TABLE patient (
    org     BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    version BIGINT NOT NULL, -- grows with every change
    content BIGINT NOT NULL, -- the version that made this content; an undo brings the earlier number back
    parts   BIGINT NOT NULL, -- rows in chart_part, checked by every read
    PRIMARY KEY (org, patient)
);

-- Part 0 is the head, part n the page n - 1.
CREATE TABLE chart_part (
    org     BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    part    BIGINT NOT NULL,
    version BIGINT NOT NULL, -- patient.version when it was sealed; bound into it as associated data
    sealed  BYTEA   NOT NULL,
    PRIMARY KEY (org, patient, part)
);

-- How many patients a shard holds, kept in the transaction that adds or removes them.
CREATE TABLE patient_shard (
    org      BIGINT NOT NULL,
    shard    BIGINT NOT NULL,
    patients BIGINT NOT NULL,
    PRIMARY KEY (org, shard)
);

-- Blind indexes (the first 16 bytes of the keyed hash) of source ids, identifiers and mailboxes.
CREATE TABLE patient_lookup (
    org     BIGINT NOT NULL,
    blind   BYTEA   NOT NULL,
    patient BIGINT NOT NULL,
    PRIMARY KEY (org, blind, patient)
);
CREATE INDEX patient_lookup_patient ON patient_lookup (org, patient);

CREATE TABLE import (
    org         BIGINT NOT NULL,
    import      BIGINT NOT NULL,
    kind        TEXT    NOT NULL, -- fhir, csv
    source      BYTEA   NOT NULL, -- name of what was imported, sealed
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,
    created     BIGINT NOT NULL,
    updated     BIGINT NOT NULL,
    unchanged   BIGINT NOT NULL,
    skipped     BIGINT NOT NULL,
    undone_at   BIGINT,
    PRIMARY KEY (org, import)
);

-- What an import changed, for its undo.
CREATE TABLE import_patient (
    org            BIGINT NOT NULL,
    import         BIGINT NOT NULL,
    patient        BIGINT NOT NULL,
    created        BIGINT NOT NULL, -- 1: the import made the patient
    content        BIGINT NOT NULL, -- patient.content as the import left it; -1 where something else changed it in between
    former_content BIGINT NOT NULL,
    former_parts   BIGINT NOT NULL,
    PRIMARY KEY (org, import, patient)
);
CREATE INDEX import_patient_patient ON import_patient (org, patient);

-- Sealed parts as they were before the import.
CREATE TABLE import_part (
    org     BIGINT NOT NULL,
    import  BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    part    BIGINT NOT NULL,
    version BIGINT NOT NULL,
    sealed  BYTEA   NOT NULL,
    PRIMARY KEY (org, import, patient, part)
);
CREATE INDEX import_part_patient ON import_part (org, patient);

-- The next free number lives with the keys, which are restored to their latest state only: no number is ever given twice.
CREATE TABLE keys.patient_number (
    org  BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (org)
);

-- Patients whose key was destroyed. Finishes an erasure that a crash interrupted, and repeats it after an old backup of the data is restored.
CREATE TABLE keys.patient_erased (
    org       BIGINT NOT NULL,
    patient   BIGINT NOT NULL,
    erased_at BIGINT NOT NULL,
    actor     TEXT    NOT NULL,
    PRIMARY KEY (org, patient)
);

-- Ciphertext does not compress.
ALTER TABLE chart_part ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE import_part ALTER COLUMN sealed SET STORAGE EXTERNAL;
