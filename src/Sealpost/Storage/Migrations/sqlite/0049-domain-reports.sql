-- Reports of others about our domains: DMARC (RFC 9990), TLS (RFC 8460). Data to look at; anybody may have sent one.
CREATE TABLE domain_report (
    org         INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    report_key  BLOB    NOT NULL, -- keyed hash of kind, reporter, number and domain: a second copy does nothing
    kind        INTEGER NOT NULL, -- 0 DMARC, 1 TLS
    end_at      INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    good        INTEGER NOT NULL,
    bad         INTEGER NOT NULL,
    body        BLOB    NOT NULL, -- sealed
    PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX domain_report_key ON domain_report (org, report_key);
CREATE INDEX domain_report_end ON domain_report (org, end_at);
