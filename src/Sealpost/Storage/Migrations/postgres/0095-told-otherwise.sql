-- Patients whom a message about their care did not reach by email, and who were told otherwise. Additive: older programs read on.
CREATE TABLE patient_told (
    org      BIGINT NOT NULL,
    patient  BIGINT NOT NULL,
    campaign BIGINT NOT NULL,
    mark     BIGINT NOT NULL, -- one for all that were marked at once, by which they are taken back
    way      BIGINT NOT NULL, -- 1 telephone, 2 letter, 3 visit, 4 no longer needed
    told_at  BIGINT NOT NULL,
    told_by  TEXT NOT NULL,
    PRIMARY KEY (org, patient, campaign)
);
CREATE INDEX patient_told_mark ON patient_told (org, campaign, mark);
