-- Writing and reviewing campaigns; links that count. Texts, names and addresses are sealed.

-- A campaign as it is being written; it may be incomplete. One per campaign.
CREATE TABLE campaign_draft (
    org INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    author TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (org, campaign)
) WITHOUT ROWID;

-- Whoever wrote on a draft: none of them may approve what came of it.
CREATE TABLE campaign_writer (
    org INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (org, campaign, actor)
) WITHOUT ROWID;

-- Submitted, approved, sent back, remarked: who, when, of which version, in which words.
CREATE TABLE campaign_remark (
    org INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    body BLOB,
    PRIMARY KEY (org, campaign, seq)
) WITHOUT ROWID;

-- Where the links of a campaign lead.
CREATE TABLE link_target (
    org INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    number INTEGER NOT NULL,
    url BLOB NOT NULL,
    PRIMARY KEY (org, campaign, number)
) WITHOUT ROWID;

-- Hash of the random token that stands in a message; the token itself is nowhere here.
CREATE TABLE link_token (
    org INTEGER NOT NULL,
    token BLOB NOT NULL,
    campaign INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    number INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (org, token)
) WITHOUT ROWID;

CREATE INDEX link_token_expiry ON link_token (org, expires_at);

-- How often a link of a message was followed, by people and by machines apart; the first time to the hour.
CREATE TABLE click (
    org INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    patient INTEGER NOT NULL,
    number INTEGER NOT NULL,
    people INTEGER NOT NULL,
    machines INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    PRIMARY KEY (org, campaign, patient, number)
) WITHOUT ROWID;

CREATE INDEX click_patient ON click (org, patient);

-- Lists of deliveries by an outcome that is rare among them. Queries repeat the condition with a literal.
CREATE INDEX delivery_rare ON delivery (org, campaign, state, patient) WHERE state IN (1, 2, 4, 5, 6, 7, 8);
