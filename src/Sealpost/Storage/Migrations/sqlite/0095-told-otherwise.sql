-- Patients whom a message about their care did not reach by email, and who were told otherwise. Additive: older programs read on.
CREATE TABLE patient_told (
    org      INTEGER NOT NULL,
    patient  INTEGER NOT NULL,
    campaign INTEGER NOT NULL,
    mark     INTEGER NOT NULL, -- one for all that were marked at once, by which they are taken back
    way      INTEGER NOT NULL, -- 1 telephone, 2 letter, 3 visit, 4 no longer needed
    told_at  INTEGER NOT NULL,
    told_by  TEXT NOT NULL,
    PRIMARY KEY (org, patient, campaign)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_told_mark ON patient_told (org, campaign, mark);

-- As in 0080: without statistics SQLite may walk what is told for each delivery.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('patient_told', 'patient_told', '10000 10000 2 1'),
    ('patient_told', 'patient_told_mark', '10000 10000 500 2');
