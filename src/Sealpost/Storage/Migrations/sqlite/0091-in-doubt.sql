-- Deliveries in doubt, found at once when the patient reads the message on our page.
CREATE INDEX delivery_in_doubt ON delivery (org, campaign, patient) WHERE state = 8;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('delivery', 'delivery_in_doubt', '100 100 10 1');
