-- Messages that wait on the organisation's page because no protected way led to the mailbox. The message itself is never kept.

-- One row from the first use on; before it, the first link (serial 1) is good.
CREATE TABLE pickup (
    org       BIGINT NOT NULL,
    campaign  BIGINT NOT NULL,
    patient   BIGINT NOT NULL,
    serial    BIGINT NOT NULL, -- number of the link that is good
    used_at   BIGINT NOT NULL, -- that link was used up; 0 while it was not
    renewed_at BIGINT NOT NULL,
    picked_at BIGINT NOT NULL, -- first read; 0 before it
    PRIMARY KEY (org, campaign, patient)
);
CREATE INDEX pickup_patient ON pickup (org, patient);

-- The newest code sent to a patient over another channel: a keyed hash only.
CREATE TABLE pickup_code (
    org        BIGINT NOT NULL,
    patient    BIGINT NOT NULL,
    campaign   BIGINT NOT NULL,
    hash       BYTEA   NOT NULL,
    expires_at BIGINT NOT NULL,
    hour       BIGINT NOT NULL, -- begin of the hour in which codes are counted
    sent       BIGINT NOT NULL, -- codes sent in it
    PRIMARY KEY (org, patient)
);
