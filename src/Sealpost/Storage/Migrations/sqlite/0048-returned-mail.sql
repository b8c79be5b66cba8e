-- What came back after acceptance. The mails themselves are never kept.

-- One row per genuine mail about a delivery of ours.
CREATE TABLE returned_mail (
    org      INTEGER NOT NULL,
    id       INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    way      INTEGER NOT NULL,
    class    INTEGER NOT NULL,
    reason   INTEGER NOT NULL,
    status   TEXT    NOT NULL, -- enhanced status code, or empty
    reply    INTEGER NOT NULL,
    done     INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    patient  INTEGER NOT NULL,
    digest   BLOB    NOT NULL, -- keyed hash of the mail: a second copy does nothing
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX returned_mail_digest ON returned_mail (org, digest);
CREATE INDEX returned_mail_at ON returned_mail (org, at);
CREATE INDEX returned_mail_delivery ON returned_mail (org, campaign, patient);

-- Failures that do not yet stop an address, by keyed hash of the mailbox: one per campaign.
CREATE TABLE address_failure (
    org      INTEGER NOT NULL,
    mailbox  BLOB    NOT NULL,
    campaign INTEGER NOT NULL,
    reason   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (org, mailbox, campaign)
) STRICT, WITHOUT ROWID;

-- How many came back, by day (UTC, days since 1970) and what was done.
CREATE TABLE returned_tally (
    org   INTEGER NOT NULL,
    day   INTEGER NOT NULL,
    done  INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (org, day, done)
) STRICT, WITHOUT ROWID;
