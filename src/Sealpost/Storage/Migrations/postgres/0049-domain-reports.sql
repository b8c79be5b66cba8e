-- Reports of others about our domains: DMARC (RFC 9990), TLS (RFC 8460). Data to look at; anybody may have sent one.
CREATE TABLE domain_report (
    org         BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    report_key  BYTEA    NOT NULL, -- keyed hash of kind, reporter, number and domain: a second copy does nothing
    kind        BIGINT NOT NULL, -- 0 DMARC, 1 TLS
    end_at      BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    good        BIGINT NOT NULL,
    bad         BIGINT NOT NULL,
    body        BYTEA    NOT NULL, -- sealed
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX domain_report_key ON domain_report (org, report_key);
CREATE INDEX domain_report_end ON domain_report (org, end_at);
