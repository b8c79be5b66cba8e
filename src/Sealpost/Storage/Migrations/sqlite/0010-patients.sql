-- Sealed charts. A patient's key is in keys.patient_key.
CREATE TABLE patient (
    org     INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    version INTEGER NOT NULL, -- grows with every change
    content INTEGER NOT NULL, -- the version that made this content; an undo brings the earlier number back
    parts   INTEGER NOT NULL, -- rows in chart_part, checked by every read
    PRIMARY KEY (org, patient)
) STRICT, WITHOUT ROWID;

-- Part 0 is the head, part n the page n - 1.
CREATE TABLE chart_part (
    org     INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    part    INTEGER NOT NULL,
    version INTEGER NOT NULL, -- patient.version when it was sealed; bound into it as associated data
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (org, patient, part)
) STRICT;

-- How many patients a shard holds, kept in the transaction that adds or removes them.
CREATE TABLE patient_shard (
    org      INTEGER NOT NULL,
    shard    INTEGER NOT NULL,
    patients INTEGER NOT NULL,
    PRIMARY KEY (org, shard)
) STRICT, WITHOUT ROWID;

-- Blind indexes (the first 16 bytes of the keyed hash) of source ids, identifiers and mailboxes.
CREATE TABLE patient_lookup (
    org     INTEGER NOT NULL,
    blind   BLOB    NOT NULL,
    patient INTEGER NOT NULL,
    PRIMARY KEY (org, blind, patient)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_lookup_patient ON patient_lookup (org, patient);

CREATE TABLE import (
    org         INTEGER NOT NULL,
    import      INTEGER NOT NULL,
    kind        TEXT    NOT NULL, -- fhir, csv
    source      BLOB    NOT NULL, -- name of what was imported, sealed
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    unchanged   INTEGER NOT NULL,
    skipped     INTEGER NOT NULL,
    undone_at   INTEGER,
    PRIMARY KEY (org, import)
) STRICT, WITHOUT ROWID;

-- What an import changed, for its undo.
CREATE TABLE import_patient (
    org            INTEGER NOT NULL,
    import         INTEGER NOT NULL,
    patient        INTEGER NOT NULL,
    created        INTEGER NOT NULL, -- 1: the import made the patient
    content        INTEGER NOT NULL, -- patient.content as the import left it; -1 where something else changed it in between
    former_content INTEGER NOT NULL,
    former_parts   INTEGER NOT NULL,
    PRIMARY KEY (org, import, patient)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_patient_patient ON import_patient (org, patient);

-- Sealed parts as they were before the import.
CREATE TABLE import_part (
    org     INTEGER NOT NULL,
    import  INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    part    INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (org, import, patient, part)
) STRICT;
CREATE INDEX import_part_patient ON import_part (org, patient);

-- The next free number lives with the keys, which are restored to their latest state only: no number is ever given twice.
CREATE TABLE keys.patient_number (
    org  INTEGER NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (org)
) STRICT, WITHOUT ROWID;

-- Patients whose key was destroyed. Finishes an erasure that a crash interrupted, and repeats it after an old backup of the data is restored.
CREATE TABLE keys.patient_erased (
    org       INTEGER NOT NULL,
    patient   INTEGER NOT NULL,
    erased_at INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    PRIMARY KEY (org, patient)
) STRICT, WITHOUT ROWID;
