-- Disclosures that a patient may ask an account of: 45 CFR 164.528. Sealed with the organisation's key: they are kept six years, beyond an erasure too.
CREATE TABLE disclosure (
    org         BIGINT  NOT NULL,
    id          BIGINT  NOT NULL, -- from 1
    last_on     BIGINT  NOT NULL, -- day number of the last one; six years are counted from it
    recorded_at BIGINT  NOT NULL,
    sealed      BYTEA   NOT NULL,
    sequence    BIGINT  NOT NULL,
    PRIMARY KEY (org, id)
);

-- Whose information was disclosed.
CREATE TABLE disclosure_patient (
    org     BIGINT  NOT NULL,
    patient BIGINT  NOT NULL,
    id      BIGINT  NOT NULL,
    PRIMARY KEY (org, patient, id)
);
