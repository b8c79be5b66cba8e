-- Templates, blocks and the brand kit, every version. Names and texts are sealed: "hiv-follow-up" is a leak.
CREATE TABLE library_item (
    org        BIGINT NOT NULL,
    id         BIGINT NOT NULL, -- from 1
    kind       BIGINT NOT NULL, -- 1 template, 2 block, 3 brand kit
    name_index BYTEA NOT NULL, -- blind index of the name
    name       BYTEA NOT NULL, -- sealed with the organisation's key
    version    BIGINT NOT NULL, -- newest version
    retired_at BIGINT,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX library_item_name ON library_item (org, kind, name_index);

CREATE TABLE library_version (
    org      BIGINT NOT NULL,
    item     BIGINT NOT NULL,
    version  BIGINT NOT NULL, -- from 1
    author   TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    content  BYTEA NOT NULL, -- sealed with the organisation's key
    PRIMARY KEY (org, item, version)
);

-- What an author has written and not yet saved as a version.
CREATE TABLE library_draft (
    org      BIGINT NOT NULL,
    item     BIGINT NOT NULL,
    author   TEXT NOT NULL,
    base     BIGINT NOT NULL, -- version it began from
    revision BIGINT NOT NULL, -- counts its changes
    saved_at BIGINT NOT NULL,
    content  BYTEA NOT NULL, -- sealed with the organisation's key
    PRIMARY KEY (org, item, author)
);

-- Pictures that messages show. The name is a keyed hash of the picture and public; everything else is sealed.
CREATE TABLE library_image (
    org        BIGINT NOT NULL,
    name       TEXT NOT NULL,
    type       BIGINT NOT NULL, -- 1 PNG, 2 JPEG, 3 GIF, 4 WebP
    width      BIGINT NOT NULL, -- pixels
    height     BIGINT NOT NULL, -- pixels
    bytes      BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    added_at   BIGINT NOT NULL,
    retired_at BIGINT,          -- no longer offered, still served to messages that show it
    label      BYTEA NOT NULL, -- sealed: what authors call it, and its alternative text
    content    BYTEA NOT NULL, -- sealed
    PRIMARY KEY (org, name)
);
