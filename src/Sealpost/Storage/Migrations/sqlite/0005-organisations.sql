-- Organisations (tenants), the people who act for them, their tokens, and settings. None of it names a patient.
CREATE TABLE organisation (
    org            INTEGER NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE,
    domain         TEXT    NOT NULL,
    postal_address TEXT    NOT NULL,
    public_url     TEXT    NOT NULL,
    time_zone      TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    dkim           BLOB    NOT NULL -- DKIM private keys, sealed with the organisation's key
);
CREATE TABLE setting (
    org   INTEGER NOT NULL,
    name  TEXT    NOT NULL,
    value TEXT    NOT NULL,
    PRIMARY KEY (org, name)
);
CREATE TABLE actor (
    org        INTEGER NOT NULL,
    id         TEXT    NOT NULL, -- opaque; what the ledger records
    name       TEXT    NOT NULL,
    roles      TEXT    NOT NULL, -- comma-separated, see Roles
    created_at INTEGER NOT NULL,
    ended_at   INTEGER,
    PRIMARY KEY (org, id),
    UNIQUE (org, name)
);
CREATE TABLE token (
    org        INTEGER NOT NULL,
    hash       BLOB    NOT NULL, -- SHA-256 of a 256-bit random token
    actor      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (org, hash)
);
