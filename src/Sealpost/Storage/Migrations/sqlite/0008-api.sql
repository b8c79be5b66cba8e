-- Answers to API writes that carried an Idempotency-Key, sealed, for a day; a repeated request gets the same answer and does nothing again.
CREATE TABLE api_reply (
    org        INTEGER NOT NULL,
    key_index  BLOB NOT NULL, -- keyed hash of caller and Idempotency-Key
    request    BLOB NOT NULL, -- keyed hash of method, address and body
    created_at INTEGER NOT NULL,
    status     INTEGER NOT NULL, -- 0 while the first request runs
    reply      BLOB,
    PRIMARY KEY (org, key_index)
) WITHOUT ROWID;
CREATE INDEX api_reply_age ON api_reply (org, created_at);
