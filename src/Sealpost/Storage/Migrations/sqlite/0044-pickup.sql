-- Messages that wait on the organisation's page because no protected way led to the mailbox. The message itself is never kept.

-- One row from the first use on; before it, the first link (serial 1) is good.
CREATE TABLE pickup (
    org       INTEGER NOT NULL,
    campaign  INTEGER NOT NULL,
    patient   INTEGER NOT NULL,
    serial    INTEGER NOT NULL, -- number of the link that is good
    used_at   INTEGER NOT NULL, -- that link was used up; 0 while it was not
    renewed_at INTEGER NOT NULL,
    picked_at INTEGER NOT NULL, -- first read; 0 before it
    PRIMARY KEY (org, campaign, patient)
) STRICT, WITHOUT ROWID;
CREATE INDEX pickup_patient ON pickup (org, patient);

-- The newest code sent to a patient over another channel: a keyed hash only.
CREATE TABLE pickup_code (
    org        INTEGER NOT NULL,
    patient    INTEGER NOT NULL,
    campaign   INTEGER NOT NULL,
    hash       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    hour       INTEGER NOT NULL, -- begin of the hour in which codes are counted
    sent       INTEGER NOT NULL, -- codes sent in it
    PRIMARY KEY (org, patient)
) STRICT, WITHOUT ROWID;
