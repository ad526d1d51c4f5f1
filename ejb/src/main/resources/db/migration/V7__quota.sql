-- What tenants may use, over all nodes.

-- Files of the tenant that have a record, kept like the bytes.
ALTER TABLE tenant_storage ADD COLUMN files BIGINT DEFAULT 0 NOT NULL;
UPDATE tenant_storage SET files = (SELECT COUNT(*) FROM files f WHERE f.tenant = tenant_storage.tenant);

-- The parts an upload has, kept with them: a sum would read every part at every part.
ALTER TABLE uploads ADD COLUMN part_count INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE uploads ADD COLUMN part_bytes BIGINT DEFAULT 0 NOT NULL;
UPDATE uploads SET part_count = (SELECT COUNT(*) FROM upload_parts p WHERE p.upload_id = uploads.id),
    part_bytes = (SELECT COALESCE(SUM(p.bytes), 0) FROM upload_parts p WHERE p.upload_id = uploads.id)
    WHERE swept = FALSE;
-- An open upload reserves its declared bytes.
CREATE INDEX uploads_of_tenant ON uploads (tenant, swept, state, created_at);

-- How far ahead of an even pace a tenant is: the time, in microseconds since 1970, at which all it took is paid off.
CREATE TABLE tenant_rates (
    tenant     VARCHAR(128) NOT NULL,
    name       VARCHAR(32)  NOT NULL,
    paid_until BIGINT       NOT NULL,
    PRIMARY KEY (tenant, name)
);

-- What is left of a tenant's budget of a model; less than nothing is owed. Nodes withdraw from it before they spend.
CREATE TABLE budgets (
    model     VARCHAR(256)     NOT NULL,
    tenant    VARCHAR(128)     NOT NULL,
    name      VARCHAR(16)      NOT NULL,
    remaining DOUBLE PRECISION NOT NULL,
    filled_at BIGINT           NOT NULL,
    PRIMARY KEY (model, tenant, name)
);
CREATE INDEX budgets_by_age ON budgets (filled_at);
