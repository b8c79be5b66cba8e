-- The ledger is read by people too: an organisation's entries, and those of one person, newest first.
CREATE INDEX ledger_entry_org ON ledger_entry (org, seq);
CREATE INDEX ledger_entry_actor ON ledger_entry (org, actor, seq);
