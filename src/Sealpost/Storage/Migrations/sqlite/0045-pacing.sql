-- How fast each receiving host is sent to, how a domain's hosts were last found, and since when a sending source warms up. Names and states are sealed.

-- Number 0 is the organisation as a whole.
CREATE TABLE pace (
    org INTEGER NOT NULL,
    id INTEGER NOT NULL,
    host_index BLOB NOT NULL,
    host BLOB NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (org, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX pace_host ON pace (org, host_index);

-- Host that a domain's mail last went to; 0: none was reached yet.
ALTER TABLE destination ADD COLUMN pace INTEGER NOT NULL DEFAULT 0;

-- What a probe of a domain found: connected, looked at, left. No message was offered.
CREATE TABLE destination_probe (
    org INTEGER NOT NULL,
    destination INTEGER NOT NULL,
    at INTEGER NOT NULL,
    found BLOB NOT NULL,
    PRIMARY KEY (org, destination)
) WITHOUT ROWID;

-- First day of sending from a domain and address.
CREATE TABLE warm_up (
    org INTEGER NOT NULL,
    source BLOB NOT NULL,
    started_on INTEGER NOT NULL,
    PRIMARY KEY (org, source)
) WITHOUT ROWID;
