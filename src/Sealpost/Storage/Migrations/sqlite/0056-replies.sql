-- Patients' replies on their way to the organisation's inbox. Additive: older programs read on.
CREATE TABLE reply_delivery (
    org          INTEGER NOT NULL,
    request      INTEGER NOT NULL, -- patient_request.id; its text is sealed until then and emptied after
    tries        INTEGER NOT NULL,
    next_at      INTEGER NOT NULL, -- 0: given up, a person answers from the list
    delivered_at INTEGER NOT NULL, -- 0 before
    PRIMARY KEY (org, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_delivery_due ON reply_delivery (org, next_at) WHERE delivered_at = 0 AND next_at > 0;
