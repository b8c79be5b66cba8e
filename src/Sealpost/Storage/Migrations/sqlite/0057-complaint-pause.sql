-- Campaigns that pause by themselves because patients complain. Additive: older programs read on.
ALTER TABLE campaign ADD COLUMN paused_for INTEGER NOT NULL DEFAULT 0; -- why it is paused: 0 a person, 1 complaints
ALTER TABLE campaign ADD COLUMN complaints_seen INTEGER NOT NULL DEFAULT 0; -- complaints when a person let it go on after such a pause
