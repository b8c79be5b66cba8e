-- An audience keeps its number through renames; saved_audience holds its versions under the handle.
CREATE TABLE audience (
    org        BIGINT NOT NULL,
    id         BIGINT NOT NULL, -- from 1
    handle     BYTEA NOT NULL, -- random; of older audiences the blind index of their first name
    name_index BYTEA NOT NULL, -- blind index of the present name
    deleted_at BIGINT,
    deleted_by TEXT,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX audience_handle ON audience (org, handle);
CREATE UNIQUE INDEX audience_name ON audience (org, name_index) WHERE deleted_at IS NULL;

INSERT INTO audience (org, id, handle, name_index)
SELECT org, ROW_NUMBER() OVER (PARTITION BY org ORDER BY MIN(saved_at), audience), audience, audience FROM saved_audience GROUP BY org, audience;

-- What a person was writing: survives a lost connection and a restart.
CREATE TABLE audience_draft (
    org      BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    audience BIGINT NOT NULL, -- 0 for one not saved yet
    base     BIGINT NOT NULL, -- version it began from; 0 for none
    draft    BYTEA NOT NULL, -- sealed with the organisation's key
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (org, actor, audience)
);

-- How many different audiences a person has counted on a day (UTC day number).
CREATE TABLE audience_budget (
    org   BIGINT NOT NULL,
    actor TEXT NOT NULL,
    day   BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    PRIMARY KEY (org, actor, day)
);
