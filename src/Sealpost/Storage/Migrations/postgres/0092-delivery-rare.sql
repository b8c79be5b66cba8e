-- The index on rare outcomes by comparisons, as queries for both stores repeat them.
DROP INDEX delivery_rare;
CREATE INDEX delivery_rare ON delivery (org, campaign, state, patient) WHERE state > 0 AND state < 9 AND state <> 3;
