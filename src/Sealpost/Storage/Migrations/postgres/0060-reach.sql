-- How many patients could lawfully be written to, one row a day in the organisation's time zone. The numbers are sealed; no patient is in them.
CREATE TABLE reach_day (
    org  BIGINT NOT NULL,
    day  BIGINT NOT NULL, -- days since 0001-01-01
    body BYTEA NOT NULL,
    PRIMARY KEY (org, day)
);
