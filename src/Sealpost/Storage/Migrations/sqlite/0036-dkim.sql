-- Change of DKIM keys: the new pair is published before it signs, the old one stays published until mail under it has arrived or been given up.

-- A pair that is made and does not sign yet.
CREATE TABLE dkim_next (
    org     INTEGER NOT NULL PRIMARY KEY,
    sealed  BLOB    NOT NULL, -- private keys, sealed with the organisation's key
    made_at INTEGER NOT NULL
) STRICT;

-- Selectors that signed before; their private keys are gone.
CREATE TABLE dkim_past (
    org        INTEGER NOT NULL,
    name       TEXT    NOT NULL, -- DNS name of the public key
    keep_until INTEGER NOT NULL, -- until when it stays published
    PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;
