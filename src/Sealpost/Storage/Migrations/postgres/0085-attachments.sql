-- Files that campaigns carry; patients fetch them from the opened message on our page. Names stand in the campaigns' content, sealed.
CREATE TABLE attachment (
    org        BIGINT NOT NULL,
    id         BIGINT NOT NULL, -- from 1, never given twice
    hash_index BYTEA NOT NULL, -- blind index of the SHA-256: equal bytes are stored once
    type       BIGINT NOT NULL, -- 1 PDF, 2 PNG, 3 JPEG, 4 text, 5 calendar
    bytes      BIGINT NOT NULL,
    actor      TEXT NOT NULL, -- who added it first
    touched_at BIGINT NOT NULL, -- added, or taken out of a draft
    digest     BYTEA NOT NULL, -- sealed: the SHA-256
    content    BYTEA,          -- sealed; NULL once nothing carried it for a day
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX attachment_hash ON attachment (org, hash_index);

-- Which campaigns carry it. Rows of versions stay.
CREATE TABLE attachment_use (
    org        BIGINT NOT NULL,
    campaign   BIGINT NOT NULL,
    version    BIGINT NOT NULL, -- 0 the draft
    attachment BIGINT NOT NULL,
    PRIMARY KEY (org, campaign, version, attachment)
);
CREATE INDEX attachment_used ON attachment_use (org, attachment);
