-- One partial index for what has no outcome yet, waiting or in flight: a message then changes it once, not three times.
-- Queries repeat the condition with literals. Empty once a campaign is done.
DROP INDEX delivery_due;
DROP INDEX delivery_in_flight;
CREATE INDEX delivery_open ON delivery (org, campaign, destination, patient) WHERE state IN (0, 9);
