-- Organisations (tenants), the people who act for them, their tokens, and settings. None of it names a patient.
CREATE TABLE organisation (
    org            BIGINT NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE,
    domain         TEXT    NOT NULL,
    postal_address TEXT    NOT NULL,
    public_url     TEXT    NOT NULL,
    time_zone      TEXT    NOT NULL,
    created_at     BIGINT NOT NULL,
    dkim           BYTEA    NOT NULL -- DKIM private keys, sealed with the organisation's key
);
CREATE TABLE setting (
    org   BIGINT NOT NULL,
    name  TEXT    NOT NULL,
    value TEXT    NOT NULL,
    PRIMARY KEY (org, name)
);
CREATE TABLE actor (
    org        BIGINT NOT NULL,
    id         TEXT    NOT NULL, -- opaque; what the ledger records
    name       TEXT    NOT NULL,
    roles      TEXT    NOT NULL, -- comma-separated, see Roles
    created_at BIGINT NOT NULL,
    ended_at   BIGINT,
    PRIMARY KEY (org, id),
    UNIQUE (org, name)
);
CREATE TABLE token (
    org        BIGINT NOT NULL,
    hash       BYTEA    NOT NULL, -- SHA-256 of a 256-bit random token
    actor      TEXT    NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (org, hash)
);
