-- The index on rare outcomes by comparisons: for an IN list of more than two SQLite builds a small table each time a row is
-- written, four times a message.
DROP INDEX delivery_rare;
CREATE INDEX delivery_rare ON delivery (org, campaign, state, patient) WHERE state > 0 AND state < 9 AND state <> 3;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('delivery', 'delivery_rare', '40000 40000 2000 500 1');
