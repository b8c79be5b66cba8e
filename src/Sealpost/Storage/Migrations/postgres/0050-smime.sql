-- S/MIME: patients' certificates, and the organisation's own signing key.

-- A certificate, its address and who confirmed it, sealed with the patient's key; what was removed is wiped and keeps its number.
CREATE TABLE patient_certificate (
    org      BIGINT NOT NULL,
    patient  BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    sealed   BYTEA  NOT NULL,
    ended_at BIGINT NOT NULL, -- 0 while it is in use
    PRIMARY KEY (org, patient, id)
);

-- Sealed with the organisation's key.
CREATE TABLE smime_key (
    org    BIGINT NOT NULL PRIMARY KEY,
    sealed BYTEA  NOT NULL
);
