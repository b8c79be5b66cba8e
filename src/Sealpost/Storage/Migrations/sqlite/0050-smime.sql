-- S/MIME: patients' certificates, and the organisation's own signing key.

-- A certificate, its address and who confirmed it, sealed with the patient's key; what was removed is wiped and keeps its number.
CREATE TABLE patient_certificate (
    org      INTEGER NOT NULL,
    patient  INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    sealed   BLOB    NOT NULL,
    ended_at INTEGER NOT NULL, -- 0 while it is in use
    PRIMARY KEY (org, patient, id)
) STRICT, WITHOUT ROWID;

-- Sealed with the organisation's key.
CREATE TABLE smime_key (
    org    INTEGER NOT NULL PRIMARY KEY,
    sealed BLOB    NOT NULL
) STRICT;
