-- A domain's best tier, and since when it has been below it (0: it is not): a downgrade is an alarm.
ALTER TABLE destination ADD COLUMN best_tier INTEGER NOT NULL DEFAULT 0;
ALTER TABLE destination ADD COLUMN lowered_at INTEGER NOT NULL DEFAULT 0;
