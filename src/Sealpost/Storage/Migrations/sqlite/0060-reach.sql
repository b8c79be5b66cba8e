-- How many patients could lawfully be written to, one row a day in the organisation's time zone. The numbers are sealed; no patient is in them.
CREATE TABLE reach_day (
    org  INTEGER NOT NULL,
    day  INTEGER NOT NULL, -- days since 0001-01-01
    body BLOB NOT NULL,
    PRIMARY KEY (org, day)
) STRICT, WITHOUT ROWID;
