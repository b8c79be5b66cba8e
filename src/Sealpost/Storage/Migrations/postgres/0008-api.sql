-- Answers to API writes that carried an Idempotency-Key, sealed, for a day; a repeated request gets the same answer and does nothing again.
CREATE TABLE api_reply (
    org        BIGINT NOT NULL,
    key_index  BYTEA NOT NULL, -- keyed hash of caller and Idempotency-Key
    request    BYTEA NOT NULL, -- keyed hash of method, address and body
    created_at BIGINT NOT NULL,
    status     BIGINT NOT NULL, -- 0 while the first request runs
    reply      BYTEA,
    PRIMARY KEY (org, key_index)
);
CREATE INDEX api_reply_age ON api_reply (org, created_at);
