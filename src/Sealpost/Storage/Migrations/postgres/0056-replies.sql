-- Patients' replies on their way to the organisation's inbox. Additive: older programs read on.
CREATE TABLE reply_delivery (
    org          BIGINT NOT NULL,
    request      BIGINT NOT NULL, -- patient_request.id; its text is sealed until then and emptied after
    tries        BIGINT NOT NULL,
    next_at      BIGINT NOT NULL, -- 0: given up, a person answers from the list
    delivered_at BIGINT NOT NULL, -- 0 before
    PRIMARY KEY (org, request)
);
CREATE INDEX reply_delivery_due ON reply_delivery (org, next_at) WHERE delivered_at = 0 AND next_at > 0;
