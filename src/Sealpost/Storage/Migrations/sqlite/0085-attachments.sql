-- Files that campaigns carry; patients fetch them from the opened message on our page. Names stand in the campaigns' content, sealed.
CREATE TABLE attachment (
    org        INTEGER NOT NULL,
    id         INTEGER NOT NULL, -- from 1, never given twice
    hash_index BLOB NOT NULL, -- blind index of the SHA-256: equal bytes are stored once
    type       INTEGER NOT NULL, -- 1 PDF, 2 PNG, 3 JPEG, 4 text, 5 calendar
    bytes      INTEGER NOT NULL,
    actor      TEXT NOT NULL, -- who added it first
    touched_at INTEGER NOT NULL, -- added, or taken out of a draft
    digest     BLOB NOT NULL, -- sealed: the SHA-256
    content    BLOB,          -- sealed; NULL once nothing carried it for a day
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX attachment_hash ON attachment (org, hash_index);

-- Which campaigns carry it. Rows of versions stay.
CREATE TABLE attachment_use (
    org        INTEGER NOT NULL,
    campaign   INTEGER NOT NULL,
    version    INTEGER NOT NULL, -- 0 the draft
    attachment INTEGER NOT NULL,
    PRIMARY KEY (org, campaign, version, attachment)
);
CREATE INDEX attachment_used ON attachment_use (org, attachment);
