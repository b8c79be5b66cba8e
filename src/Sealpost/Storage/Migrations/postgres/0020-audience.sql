-- Saved audiences, every version. Names and queries are sealed: "hiv-follow-up" is a leak.
CREATE TABLE saved_audience (
    org      BIGINT NOT NULL,
    audience BYTEA NOT NULL, -- blind index of the name
    version  BIGINT NOT NULL, -- from 1
    name     BYTEA NOT NULL, -- sealed with the organisation's key
    query    BYTEA NOT NULL, -- sealed with the organisation's key
    actor    TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (org, audience, version)
);
