-- What an import did, by resource type and reason, with places in its files; sealed, since file names tell.
CREATE TABLE import_result (
    org    INTEGER NOT NULL,
    import INTEGER NOT NULL,
    sealed BLOB    NOT NULL,
    PRIMARY KEY (org, import)
) STRICT;
