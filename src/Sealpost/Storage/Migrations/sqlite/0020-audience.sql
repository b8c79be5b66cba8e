-- Saved audiences, every version. Names and queries are sealed: "hiv-follow-up" is a leak.
CREATE TABLE saved_audience (
    org      INTEGER NOT NULL,
    audience BLOB NOT NULL, -- blind index of the name
    version  INTEGER NOT NULL, -- from 1
    name     BLOB NOT NULL, -- sealed with the organisation's key
    query    BLOB NOT NULL, -- sealed with the organisation's key
    actor    TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (org, audience, version)
);
