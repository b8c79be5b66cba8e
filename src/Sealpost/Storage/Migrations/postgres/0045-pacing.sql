-- How fast each receiving host is sent to, how a domain's hosts were last found, and since when a sending source warms up. Names and states are sealed.

-- Number 0 is the organisation as a whole.
CREATE TABLE pace (
    org BIGINT NOT NULL,
    id BIGINT NOT NULL,
    host_index BYTEA NOT NULL,
    host BYTEA NOT NULL,
    state BYTEA NOT NULL,
    PRIMARY KEY (org, id)
);

CREATE UNIQUE INDEX pace_host ON pace (org, host_index);

-- Host that a domain's mail last went to; 0: none was reached yet.
ALTER TABLE destination ADD COLUMN pace BIGINT NOT NULL DEFAULT 0;

-- What a probe of a domain found: connected, looked at, left. No message was offered.
CREATE TABLE destination_probe (
    org BIGINT NOT NULL,
    destination BIGINT NOT NULL,
    at BIGINT NOT NULL,
    found BYTEA NOT NULL,
    PRIMARY KEY (org, destination)
);

-- First day of sending from a domain and address.
CREATE TABLE warm_up (
    org BIGINT NOT NULL,
    source BYTEA NOT NULL,
    started_on BIGINT NOT NULL,
    PRIMARY KEY (org, source)
);
