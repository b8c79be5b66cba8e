-- MTA-STS policies of recipient domains (RFC 8461 §3.3: they outlive a restart). The content, domain included, is sealed with the organisation's key.
CREATE TABLE sts_policy (
    org          INTEGER NOT NULL,
    domain_index BLOB NOT NULL, -- keyed hash of the domain
    fetched_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    content      BLOB NOT NULL,
    PRIMARY KEY (org, domain_index)
) STRICT, WITHOUT ROWID;
