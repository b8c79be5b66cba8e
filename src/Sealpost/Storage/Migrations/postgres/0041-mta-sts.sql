-- MTA-STS policies of recipient domains (RFC 8461 §3.3: they outlive a restart). The content, domain included, is sealed with the organisation's key.
CREATE TABLE sts_policy (
    org          BIGINT NOT NULL,
    domain_index BYTEA NOT NULL, -- keyed hash of the domain
    fetched_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    content      BYTEA NOT NULL,
    PRIMARY KEY (org, domain_index)
);
