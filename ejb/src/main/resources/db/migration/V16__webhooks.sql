-- Webhook endpoints of tenants, and the outbox of deliveries. Times are milliseconds since 1970.
CREATE TABLE webhook_endpoints (
    id          VARCHAR(40)   NOT NULL PRIMARY KEY,
    tenant      VARCHAR(128)  NOT NULL,
    -- Numbered from 0 within the tenant, so that two creates at once cannot exceed the limit.
    slot        INTEGER       NOT NULL,
    name        VARCHAR(256)  NOT NULL,
    url         VARCHAR(2048) NOT NULL,
    -- Separated by spaces.
    event_types VARCHAR(1024) NOT NULL,
    hint        VARCHAR(16)   NOT NULL,
    secrets_key VARCHAR(255)  NOT NULL,
    secrets     BYTEA         NOT NULL,
    created_at  BIGINT        NOT NULL,
    updated_at  BIGINT        NOT NULL,
    version     BIGINT        NOT NULL
);
CREATE UNIQUE INDEX webhook_endpoints_by_slot ON webhook_endpoints (tenant, slot);
CREATE INDEX webhook_endpoints_of_tenant ON webhook_endpoints (tenant, id);

CREATE TABLE webhook_keys (
    tenant      VARCHAR(128) NOT NULL,
    idem_key    VARCHAR(255) NOT NULL,
    fingerprint VARCHAR(64)  NOT NULL,
    endpoint_id VARCHAR(40)  NOT NULL,
    created_at  BIGINT       NOT NULL,
    PRIMARY KEY (tenant, idem_key)
);
CREATE INDEX webhook_keys_by_age ON webhook_keys (created_at);

CREATE TABLE webhook_deliveries (
    id          VARCHAR(40)   NOT NULL PRIMARY KEY,
    -- Of a tenant's endpoint, or the name of one that the operator configured.
    endpoint_id VARCHAR(160)  NOT NULL,
    tenant      VARCHAR(128)  NOT NULL,
    event_id    VARCHAR(40)   NOT NULL,
    event_type  VARCHAR(64)   NOT NULL,
    batch_id    VARCHAR(40)   NOT NULL,
    event_at    BIGINT        NOT NULL,
    created_at  BIGINT        NOT NULL,
    state       VARCHAR(16)   NOT NULL,
    attempts    INTEGER       NOT NULL,
    last_at     BIGINT        NOT NULL,
    last_status INTEGER       NOT NULL,
    last_error  VARCHAR(512)  NOT NULL,
    -- When it may be claimed: the next attempt, or the end of the lease of a claim. Null once the delivery has ended.
    due_at      BIGINT,
    retry_until BIGINT        NOT NULL,
    claims      BIGINT        NOT NULL
);
CREATE UNIQUE INDEX webhook_deliveries_of_event ON webhook_deliveries (event_id, endpoint_id);
CREATE INDEX webhook_deliveries_of_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at, endpoint_id);
CREATE INDEX webhook_deliveries_due_of_endpoint ON webhook_deliveries (endpoint_id, due_at);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
