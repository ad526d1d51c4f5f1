-- The catalog: one row per file, batch and upload. Runs unchanged on H2 and on PostgreSQL, in a schema of its own.
-- Times are milliseconds since 1970. Ids ascend with creation, so pages are ordered and continued by id alone.
-- H2 walks an index in its own direction only; that is why some indexes exist in both.

CREATE TABLE files (
    id            VARCHAR(40)  NOT NULL PRIMARY KEY,
    tenant        VARCHAR(128) NOT NULL,
    filename      TEXT         NOT NULL,
    purpose       VARCHAR(32)  NOT NULL,
    bytes         BIGINT       NOT NULL,
    created_at    BIGINT       NOT NULL,
    expires_at    BIGINT,
    -- expires_at, 0 once deleted, and the largest number for a file that is kept for ever
    visible_until BIGINT       NOT NULL
);
CREATE INDEX files_of_tenant ON files (tenant, id);
CREATE INDEX files_of_tenant_newest ON files (tenant, id DESC);
CREATE INDEX files_of_purpose ON files (tenant, purpose, id);
CREATE INDEX files_of_purpose_newest ON files (tenant, purpose, id DESC);
CREATE INDEX files_invisible ON files (visible_until, id);

-- What each tenant's files occupy, kept in the transactions that add and forget them: a sum would read every row of the
-- tenant at every upload.
CREATE TABLE tenant_storage (
    tenant VARCHAR(128) NOT NULL PRIMARY KEY,
    bytes  BIGINT       NOT NULL
);

CREATE TABLE batches (
    id                   VARCHAR(40)  NOT NULL PRIMARY KEY,
    tenant               VARCHAR(128) NOT NULL,
    input_file           TEXT         NOT NULL,
    -- the same, where it has the form of a file's id
    input_file_id        VARCHAR(40),
    endpoint             VARCHAR(255) NOT NULL,
    completion_window    VARCHAR(32)  NOT NULL,
    metadata             TEXT,
    output_expires_after BIGINT,
    created_at           BIGINT       NOT NULL,
    deadline             BIGINT       NOT NULL,

    version              BIGINT       NOT NULL,
    status               VARCHAR(16)  NOT NULL,
    in_progress_at       BIGINT,
    finalizing_at        BIGINT,
    completed_at         BIGINT,
    failed_at            BIGINT,
    expired_at           BIGINT,
    cancelling_at        BIGINT,
    cancelled_at         BIGINT,
    model                TEXT,
    errors               TEXT,
    output_file_id       VARCHAR(40),
    error_file_id        VARCHAR(40),
    has_output           BOOLEAN      NOT NULL,
    has_errors           BOOLEAN      NOT NULL,
    headers_key          VARCHAR(255),
    headers              BYTEA,

    total                INTEGER      NOT NULL,
    completed            INTEGER      NOT NULL,
    failed               INTEGER      NOT NULL,
    usage_known          BOOLEAN      NOT NULL,
    input_tokens         BIGINT       NOT NULL,
    cached_tokens        BIGINT       NOT NULL,
    output_tokens        BIGINT       NOT NULL,
    reasoning_tokens     BIGINT       NOT NULL,
    total_tokens         BIGINT       NOT NULL,

    lease_owner          VARCHAR(255) NOT NULL,
    lease_until          BIGINT       NOT NULL,
    epoch                BIGINT       NOT NULL,

    CHECK (completed + failed <= total)
);
CREATE INDEX batches_of_tenant_newest ON batches (tenant, id DESC);
CREATE INDEX batches_claimable ON batches (status, lease_until, deadline);
CREATE INDEX batches_by_input ON batches (input_file_id, status);

CREATE TABLE idempotency_keys (
    tenant      VARCHAR(128) NOT NULL,
    idem_key    VARCHAR(255) NOT NULL,
    fingerprint VARCHAR(255) NOT NULL,
    batch_id    VARCHAR(40)  NOT NULL,
    created_at  BIGINT       NOT NULL,
    PRIMARY KEY (tenant, idem_key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE uploads (
    id                 VARCHAR(40)  NOT NULL PRIMARY KEY,
    tenant             VARCHAR(128) NOT NULL,
    filename           TEXT         NOT NULL,
    purpose            VARCHAR(32)  NOT NULL,
    mime_type          TEXT         NOT NULL,
    bytes              BIGINT       NOT NULL,
    file_expires_after BIGINT,
    created_at         BIGINT       NOT NULL,
    state              VARCHAR(16)  NOT NULL,
    -- reserved before the file is made, so that making it twice gives one file
    file_id            VARCHAR(40),
    -- the parts and their bytes are gone
    swept              BOOLEAN      NOT NULL
);
CREATE INDEX uploads_to_sweep ON uploads (swept, state, created_at);

CREATE TABLE upload_parts (
    id         VARCHAR(40)  NOT NULL PRIMARY KEY,
    tenant     VARCHAR(128) NOT NULL,
    upload_id  VARCHAR(40)  NOT NULL,
    bytes      BIGINT       NOT NULL,
    created_at BIGINT       NOT NULL
);
CREATE INDEX upload_parts_of_upload ON upload_parts (upload_id, id);
