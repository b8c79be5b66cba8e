-- An audience keeps its number through renames; saved_audience holds its versions under the handle.
CREATE TABLE audience (
    org        INTEGER NOT NULL,
    id         INTEGER NOT NULL, -- from 1
    handle     BLOB NOT NULL, -- random; of older audiences the blind index of their first name
    name_index BLOB NOT NULL, -- blind index of the present name
    deleted_at INTEGER,
    deleted_by TEXT,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX audience_handle ON audience (org, handle);
CREATE UNIQUE INDEX audience_name ON audience (org, name_index) WHERE deleted_at IS NULL;

INSERT INTO audience (org, id, handle, name_index)
SELECT org, ROW_NUMBER() OVER (PARTITION BY org ORDER BY MIN(saved_at), audience), audience, audience FROM saved_audience GROUP BY org, audience;

-- What a person was writing: survives a lost connection and a restart.
CREATE TABLE audience_draft (
    org      INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    audience INTEGER NOT NULL, -- 0 for one not saved yet
    base     INTEGER NOT NULL, -- version it began from; 0 for none
    draft    BLOB NOT NULL, -- sealed with the organisation's key
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (org, actor, audience)
);

-- How many different audiences a person has counted on a day (UTC day number).
CREATE TABLE audience_budget (
    org   INTEGER NOT NULL,
    actor TEXT NOT NULL,
    day   INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    PRIMARY KEY (org, actor, day)
);
