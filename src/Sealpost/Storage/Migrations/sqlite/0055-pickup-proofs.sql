-- Proofs on the page of waiting messages. Additive: older programs read on.

-- Passkeys by which patients open waiting messages, sealed with the patient's key.
CREATE TABLE patient_passkey (
    org        INTEGER NOT NULL,
    credential BLOB NOT NULL, -- keyed hash of the credential id
    patient    INTEGER NOT NULL,
    made_by    INTEGER NOT NULL, -- proof by which it was made: 1 code, 2 date of birth and ZIP code
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL, -- 0 before its first use
    PRIMARY KEY (org, credential)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_passkey_patient ON patient_passkey (org, patient);

-- Wrong proofs by block of network addresses: a keyed hash of the block, forgotten within a day.
CREATE TABLE pickup_block (
    org      INTEGER NOT NULL,
    block    BLOB NOT NULL,
    hour     INTEGER NOT NULL, -- hour in which failures are counted
    failures INTEGER NOT NULL,
    PRIMARY KEY (org, block)
) STRICT, WITHOUT ROWID;
