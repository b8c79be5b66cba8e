-- Writing and reviewing campaigns; links that count. Texts, names and addresses are sealed.

-- A campaign as it is being written; it may be incomplete. One per campaign.
CREATE TABLE campaign_draft (
    org BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    author TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (org, campaign)
);

-- Whoever wrote on a draft: none of them may approve what came of it.
CREATE TABLE campaign_writer (
    org BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (org, campaign, actor)
);

-- Submitted, approved, sent back, remarked: who, when, of which version, in which words.
CREATE TABLE campaign_remark (
    org BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    body BYTEA,
    PRIMARY KEY (org, campaign, seq)
);

-- Where the links of a campaign lead.
CREATE TABLE link_target (
    org BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    number BIGINT NOT NULL,
    url BYTEA NOT NULL,
    PRIMARY KEY (org, campaign, number)
);

-- Hash of the random token that stands in a message; the token itself is nowhere here.
CREATE TABLE link_token (
    org BIGINT NOT NULL,
    token BYTEA NOT NULL,
    campaign BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    number BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (org, token)
);

CREATE INDEX link_token_expiry ON link_token (org, expires_at);

-- How often a link of a message was followed, by people and by machines apart; the first time to the hour.
CREATE TABLE click (
    org BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    patient BIGINT NOT NULL,
    number BIGINT NOT NULL,
    people BIGINT NOT NULL,
    machines BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (org, campaign, patient, number)
);

CREATE INDEX click_patient ON click (org, patient);

-- Lists of deliveries by an outcome that is rare among them. Queries repeat the condition with a literal.
CREATE INDEX delivery_rare ON delivery (org, campaign, state, patient) WHERE state IN (1, 2, 4, 5, 6, 7, 8);
