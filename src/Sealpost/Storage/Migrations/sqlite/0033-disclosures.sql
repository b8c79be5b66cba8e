-- Disclosures that a patient may ask an account of: 45 CFR 164.528. Sealed with the organisation's key: they are kept six years, beyond an erasure too.
CREATE TABLE disclosure (
    org         INTEGER NOT NULL,
    id          INTEGER NOT NULL, -- from 1
    last_on     INTEGER NOT NULL, -- day number of the last one; six years are counted from it
    recorded_at INTEGER NOT NULL,
    sealed      BLOB    NOT NULL,
    sequence    INTEGER NOT NULL,
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;

-- Whose information was disclosed.
CREATE TABLE disclosure_patient (
    org     INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    id      INTEGER NOT NULL,
    PRIMARY KEY (org, patient, id)
) STRICT, WITHOUT ROWID;
