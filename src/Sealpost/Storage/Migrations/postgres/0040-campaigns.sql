-- Campaigns, their versions, and one row per (campaign, patient). Names, queries and domains are sealed.
CREATE TABLE campaign (
    org BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name_index BYTEA NOT NULL,
    name BYTEA NOT NULL,
    state BIGINT NOT NULL,
    version BIGINT NOT NULL,
    author TEXT NOT NULL,
    approver TEXT,
    approved_hash TEXT,
    as_of BIGINT,
    created_at BIGINT NOT NULL,
    scheduled_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    selected BIGINT NOT NULL DEFAULT 0,
    selected_through BIGINT NOT NULL DEFAULT -1,
    selection_done BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org, id)
);

CREATE UNIQUE INDEX campaign_name ON campaign (org, name_index);

CREATE TABLE campaign_version (
    org BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    version BIGINT NOT NULL,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (org, campaign, version)
);

-- Receiving domains by number, so that a delivery row names none.
CREATE TABLE destination (
    org BIGINT NOT NULL,
    id BIGINT NOT NULL,
    domain_index BYTEA NOT NULL,
    domain BYTEA NOT NULL,
    tier BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org, id)
);

CREATE UNIQUE INDEX destination_domain ON destination (org, domain_index);

CREATE TABLE delivery (
    org BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    destination BIGINT NOT NULL,
    state BIGINT NOT NULL,
    reason BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    first_at BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL,
    tier BIGINT NOT NULL DEFAULT 0,
    tls BIGINT NOT NULL DEFAULT 0,
    reply BIGINT NOT NULL DEFAULT 0,
    token BYTEA,
    bounced_at BIGINT NOT NULL DEFAULT 0,
    complained_at BIGINT NOT NULL DEFAULT 0,
    opted_out_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (org, campaign, patient)
);

-- Partial: empty once a campaign is done. Queries repeat the condition with a literal.
CREATE INDEX delivery_due ON delivery (org, campaign, destination, patient) WHERE state = 0;
CREATE INDEX delivery_in_flight ON delivery (org, campaign, patient) WHERE state = 9;
-- Return-path token of the last attempt, by which a bounce finds its delivery.
CREATE INDEX delivery_token ON delivery (org, token) WHERE token IS NOT NULL;
CREATE INDEX delivery_patient ON delivery (org, patient);

-- Who may write and send for a shard. The epoch grows with every owner; a write under an old one is refused.
CREATE TABLE shard_lease (
    org BIGINT NOT NULL,
    shard BIGINT NOT NULL,
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (org, shard)
);

-- Newest frame of the outcome journal that this database knows; an older database was restored and must replay it.
CREATE TABLE journal_mark (
    org BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (org)
);
