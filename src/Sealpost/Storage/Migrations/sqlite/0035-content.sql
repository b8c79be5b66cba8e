-- Templates, blocks and the brand kit, every version. Names and texts are sealed: "hiv-follow-up" is a leak.
CREATE TABLE library_item (
    org        INTEGER NOT NULL,
    id         INTEGER NOT NULL, -- from 1
    kind       INTEGER NOT NULL, -- 1 template, 2 block, 3 brand kit
    name_index BLOB NOT NULL, -- blind index of the name
    name       BLOB NOT NULL, -- sealed with the organisation's key
    version    INTEGER NOT NULL, -- newest version
    retired_at INTEGER,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX library_item_name ON library_item (org, kind, name_index);

CREATE TABLE library_version (
    org      INTEGER NOT NULL,
    item     INTEGER NOT NULL,
    version  INTEGER NOT NULL, -- from 1
    author   TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    content  BLOB NOT NULL, -- sealed with the organisation's key
    PRIMARY KEY (org, item, version)
);

-- What an author has written and not yet saved as a version.
CREATE TABLE library_draft (
    org      INTEGER NOT NULL,
    item     INTEGER NOT NULL,
    author   TEXT NOT NULL,
    base     INTEGER NOT NULL, -- version it began from
    revision INTEGER NOT NULL, -- counts its changes
    saved_at INTEGER NOT NULL,
    content  BLOB NOT NULL, -- sealed with the organisation's key
    PRIMARY KEY (org, item, author)
);

-- Pictures that messages show. The name is a keyed hash of the picture and public; everything else is sealed.
CREATE TABLE library_image (
    org        INTEGER NOT NULL,
    name       TEXT NOT NULL,
    type       INTEGER NOT NULL, -- 1 PNG, 2 JPEG, 3 GIF, 4 WebP
    width      INTEGER NOT NULL, -- pixels
    height     INTEGER NOT NULL, -- pixels
    bytes      INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    added_at   INTEGER NOT NULL,
    retired_at INTEGER,          -- no longer offered, still served to messages that show it
    label      BLOB NOT NULL, -- sealed: what authors call it, and its alternative text
    content    BLOB NOT NULL, -- sealed
    PRIMARY KEY (org, name)
);
