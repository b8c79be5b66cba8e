-- The one reminder of a message that waits on the patients' page, before its link ends. Additive: older programs read on.
CREATE TABLE pickup_reminder (
    org        BIGINT NOT NULL,
    campaign   BIGINT NOT NULL,
    patient    BIGINT NOT NULL,
    state      BIGINT NOT NULL, -- as delivery.state; 6: the mail host took it
    reason     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL, -- those of the message and its notice included
    first_at   BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    token      BYTEA, -- return path, by which a bounce finds its delivery
    PRIMARY KEY (org, campaign, patient)
);
CREATE INDEX pickup_reminder_token ON pickup_reminder (org, token) WHERE token IS NOT NULL;
CREATE INDEX pickup_reminder_in_flight ON pickup_reminder (org, campaign, patient) WHERE state = 9;

-- Links that end soon are found without walking every delivery.
CREATE INDEX delivery_waiting ON delivery (org, changed_at) WHERE state = 6;
CREATE INDEX pickup_renewed ON pickup (org, renewed_at) WHERE picked_at = 0 AND renewed_at > 0;
