-- Campaigns, their versions, and one row per (campaign, patient). Names, queries and domains are sealed.
CREATE TABLE campaign (
    org INTEGER NOT NULL,
    id INTEGER NOT NULL,
    name_index BLOB NOT NULL,
    name BLOB NOT NULL,
    state INTEGER NOT NULL,
    version INTEGER NOT NULL,
    author TEXT NOT NULL,
    approver TEXT,
    approved_hash TEXT,
    as_of INTEGER,
    created_at INTEGER NOT NULL,
    scheduled_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    selected INTEGER NOT NULL DEFAULT 0,
    selected_through INTEGER NOT NULL DEFAULT -1,
    selection_done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX campaign_name ON campaign (org, name_index);

CREATE TABLE campaign_version (
    org INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    version INTEGER NOT NULL,
    author TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (org, campaign, version)
) WITHOUT ROWID;

-- Receiving domains by number, so that a delivery row names none.
CREATE TABLE destination (
    org INTEGER NOT NULL,
    id INTEGER NOT NULL,
    domain_index BLOB NOT NULL,
    domain BLOB NOT NULL,
    tier INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX destination_domain ON destination (org, domain_index);

CREATE TABLE delivery (
    org INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    destination INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL,
    tier INTEGER NOT NULL DEFAULT 0,
    tls INTEGER NOT NULL DEFAULT 0,
    reply INTEGER NOT NULL DEFAULT 0,
    token BLOB,
    bounced_at INTEGER NOT NULL DEFAULT 0,
    complained_at INTEGER NOT NULL DEFAULT 0,
    opted_out_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org, campaign, patient)
) WITHOUT ROWID;

-- Partial: empty once a campaign is done. Queries repeat the condition with a literal.
CREATE INDEX delivery_due ON delivery (org, campaign, destination, patient) WHERE state = 0;
CREATE INDEX delivery_in_flight ON delivery (org, campaign, patient) WHERE state = 9;
-- Return-path token of the last attempt, by which a bounce finds its delivery.
CREATE INDEX delivery_token ON delivery (org, token) WHERE token IS NOT NULL;
CREATE INDEX delivery_patient ON delivery (org, patient);

-- Who may write and send for a shard. The epoch grows with every owner; a write under an old one is refused.
CREATE TABLE shard_lease (
    org INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    owner TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (org, shard)
) WITHOUT ROWID;

-- Newest frame of the outcome journal that this database knows; an older database was restored and must replay it.
CREATE TABLE journal_mark (
    org INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (org)
) WITHOUT ROWID;
