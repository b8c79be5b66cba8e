-- Proofs on the page of waiting messages. Additive: older programs read on.

-- Passkeys by which patients open waiting messages, sealed with the patient's key.
CREATE TABLE patient_passkey (
    org        BIGINT NOT NULL,
    credential BYTEA NOT NULL, -- keyed hash of the credential id
    patient    BIGINT NOT NULL,
    made_by    BIGINT NOT NULL, -- proof by which it was made: 1 code, 2 date of birth and ZIP code
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL, -- 0 before its first use
    PRIMARY KEY (org, credential)
);
CREATE INDEX patient_passkey_patient ON patient_passkey (org, patient);

-- Wrong proofs by block of network addresses: a keyed hash of the block, forgotten within a day.
CREATE TABLE pickup_block (
    org      BIGINT NOT NULL,
    block    BYTEA NOT NULL,
    hour     BIGINT NOT NULL, -- hour in which failures are counted
    failures BIGINT NOT NULL,
    PRIMARY KEY (org, block)
);
