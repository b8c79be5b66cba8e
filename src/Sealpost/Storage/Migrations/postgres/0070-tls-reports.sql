-- TLS sessions with recipient domains by UTC day, until their report has gone (RFC 8460). Domain and counts are sealed; no patient is in them.
CREATE TABLE tls_tally (
    org          BIGINT NOT NULL,
    day          BIGINT NOT NULL, -- days since 0001-01-01
    domain_index BYTEA NOT NULL, -- as in destination
    state        BIGINT NOT NULL DEFAULT 0, -- 0 waiting, 1 sent, 2 nobody asked for it, 3 too few patients, 4 given up
    next_at      BIGINT NOT NULL,
    body         BYTEA NOT NULL,
    PRIMARY KEY (org, day, domain_index)
);
CREATE INDEX tls_tally_due ON tls_tally (org, next_at) WHERE state = 0;
