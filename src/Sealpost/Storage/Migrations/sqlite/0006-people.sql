-- People of the whole installation: who signs in, with what, and where they belong. None of it names a patient.
-- A person is global, so these tables (but membership and invitation) do not begin with org.
CREATE TABLE person (
    id                   TEXT    NOT NULL PRIMARY KEY, -- opaque; also the user handle of passkeys
    display_name         TEXT    NOT NULL,
    user_name            TEXT    NOT NULL,
    normalized_user_name TEXT    NOT NULL UNIQUE,
    email                TEXT    NOT NULL,
    normalized_email     TEXT    NOT NULL UNIQUE,
    email_confirmed      INTEGER NOT NULL,
    password_hash        TEXT,                         -- PBKDF2 as ASP.NET Core Identity makes it
    security_stamp       TEXT    NOT NULL,             -- changes with every credential; a session with another one has ended
    concurrency_stamp    TEXT    NOT NULL,
    two_factor_enabled   INTEGER NOT NULL,
    lockout_end          INTEGER,
    lockout_enabled      INTEGER NOT NULL,
    access_failed_count  INTEGER NOT NULL,
    is_operator          INTEGER NOT NULL,             -- may change sign-in for the whole installation
    created_at           INTEGER NOT NULL
);
CREATE TABLE person_passkey (
    credential_id BLOB    NOT NULL PRIMARY KEY,
    person        TEXT    NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    data          TEXT    NOT NULL, -- JSON: public key, counter, name, transports
    last_used_at  INTEGER
);
CREATE INDEX person_passkey_person ON person_passkey (person);
CREATE TABLE person_login (
    provider     TEXT NOT NULL,
    provider_key TEXT NOT NULL,     -- subject at the OpenID Connect provider
    display_name TEXT,
    person       TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (provider, provider_key)
);
CREATE INDEX person_login_person ON person_login (person);
CREATE TABLE person_token (
    person   TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT,                  -- authenticator key and hashes of recovery codes, sealed with the installation's key
    PRIMARY KEY (person, provider, name)
);
CREATE TABLE membership (
    org        INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    person     TEXT    NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org, actor),
    UNIQUE (org, person)
);
CREATE INDEX membership_person ON membership (person);
CREATE TABLE invitation (
    org        INTEGER NOT NULL,    -- 0: the first person of an installation without an organisation
    hash       BLOB    NOT NULL,    -- SHA-256 of a 256-bit random token
    id         TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL,    -- invite, first, recover, demo
    actor      TEXT,
    person     TEXT,
    email      TEXT,
    roles      TEXT    NOT NULL,
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (org, hash)
);
CREATE UNIQUE INDEX invitation_hash ON invitation (hash);
CREATE TABLE session (
    hash        BLOB    NOT NULL PRIMARY KEY, -- SHA-256 of the cookie's 256-bit random value
    id          TEXT    NOT NULL UNIQUE,
    person      TEXT    NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    method      TEXT    NOT NULL,
    device      TEXT    NOT NULL,
    stamp       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    active_at   INTEGER NOT NULL,
    verified_at INTEGER,             -- last passkey or code, for what asks for a fresh one
    ended_at    INTEGER,
    ended_for   TEXT                 -- signed-out, idle, too-old, credentials, ended
);
CREATE INDEX session_person ON session (person);
-- What may be used once: challenges that were answered, codes that were accepted.
CREATE TABLE used_once (
    hash       BLOB    NOT NULL PRIMARY KEY,
    expires_at INTEGER NOT NULL
);
CREATE TABLE sign_in_setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL              -- sealed with the installation's key
);
-- Keys of cookies and forms (ASP.NET Core Data Protection), sealed with the installation's key.
CREATE TABLE protection_key (
    id         TEXT    NOT NULL PRIMARY KEY,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL
);
ALTER TABLE token ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE token ADD COLUMN roles TEXT; -- null: whatever its owner may do
ALTER TABLE token ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN last_used_at INTEGER;
ALTER TABLE token ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
UPDATE token SET id = 't-' || substr(lower(hex(hash)), 1, 12);
CREATE UNIQUE INDEX token_hash ON token (hash);
