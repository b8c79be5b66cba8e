-- The one reminder of a message that waits on the patients' page, before its link ends. Additive: older programs read on.
CREATE TABLE pickup_reminder (
    org        INTEGER NOT NULL,
    campaign   INTEGER NOT NULL,
    patient    INTEGER NOT NULL,
    state      INTEGER NOT NULL, -- as delivery.state; 6: the mail host took it
    reason     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL, -- those of the message and its notice included
    first_at   INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    token      BLOB, -- return path, by which a bounce finds its delivery
    PRIMARY KEY (org, campaign, patient)
) STRICT, WITHOUT ROWID;
CREATE INDEX pickup_reminder_token ON pickup_reminder (org, token) WHERE token IS NOT NULL;
CREATE INDEX pickup_reminder_in_flight ON pickup_reminder (org, campaign, patient) WHERE state = 9;

-- Links that end soon are found without walking every delivery.
CREATE INDEX delivery_waiting ON delivery (org, changed_at) WHERE state = 6;
CREATE INDEX pickup_renewed ON pickup (org, renewed_at) WHERE picked_at = 0 AND renewed_at > 0;

-- As in 0080: without statistics SQLite walks the deliveries all the same.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('delivery', 'delivery_waiting', '20000 20000 1'),
    ('pickup', 'pickup', '20000 20000 1000 1'),
    ('pickup', 'pickup_renewed', '100 100 1'),
    ('pickup_reminder', 'pickup_reminder', '10000 10000 500 1'),
    ('pickup_reminder', 'pickup_reminder_in_flight', '10 10 2 1'),
    ('pickup_reminder', 'pickup_reminder_token', '10000 10000 1');
