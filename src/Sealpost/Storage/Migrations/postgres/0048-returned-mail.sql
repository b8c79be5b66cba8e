-- What came back after acceptance. The mails themselves are never kept.

-- One row per genuine mail about a delivery of ours.
CREATE TABLE returned_mail (
    org      BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    way      BIGINT NOT NULL,
    class    BIGINT NOT NULL,
    reason   BIGINT NOT NULL,
    status   TEXT    NOT NULL, -- enhanced status code, or empty
    reply    BIGINT NOT NULL,
    done     BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    patient  BIGINT NOT NULL,
    digest   BYTEA    NOT NULL, -- keyed hash of the mail: a second copy does nothing
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX returned_mail_digest ON returned_mail (org, digest);
CREATE INDEX returned_mail_at ON returned_mail (org, at);
CREATE INDEX returned_mail_delivery ON returned_mail (org, campaign, patient);

-- Failures that do not yet stop an address, by keyed hash of the mailbox: one per campaign.
CREATE TABLE address_failure (
    org      BIGINT NOT NULL,
    mailbox  BYTEA    NOT NULL,
    campaign BIGINT NOT NULL,
    reason   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (org, mailbox, campaign)
);

-- How many came back, by day (UTC, days since 1970) and what was done.
CREATE TABLE returned_tally (
    org   BIGINT NOT NULL,
    day   BIGINT NOT NULL,
    done  BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (org, day, done)
);
