-- One partial index for what has no outcome yet, waiting or in flight: a message then changes it once, not three times.
-- Queries repeat the condition with literals. Empty once a campaign is done.
DROP INDEX delivery_due;
DROP INDEX delivery_in_flight;
CREATE INDEX delivery_open ON delivery (org, campaign, destination, patient) WHERE state IN (0, 9);

-- Without statistics SQLite takes an organisation for ten rows, and finds the due deliveries of one domain by walking the whole
-- campaign. Written by hand (rows, then rows for each leading column), since the tables are empty when this runs: an
-- organisation of twenty campaigns to 200,000 patients, one of them under way to a hundred domains.
ANALYZE main.sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('delivery', 'delivery', '4000000 4000000 200000 1'),
    ('delivery', 'delivery_open', '100000 100000 100000 1000 1'),
    ('delivery', 'delivery_rare', '40000 40000 2000 500 1'),
    ('delivery', 'delivery_token', '4000000 4000000 1'),
    ('delivery', 'delivery_patient', '4000000 4000000 20');
