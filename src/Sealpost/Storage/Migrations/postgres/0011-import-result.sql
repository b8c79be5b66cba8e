-- What an import did, by resource type and reason, with places in its files; sealed, since file names tell.
CREATE TABLE import_result (
    org    BIGINT NOT NULL,
    import BIGINT NOT NULL,
    sealed BYTEA  NOT NULL,
    PRIMARY KEY (org, import)
);
