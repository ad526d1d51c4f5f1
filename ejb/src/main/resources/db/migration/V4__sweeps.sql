-- Which node does a sweep, and until when; without an owner: not before that time.
CREATE TABLE sweeps (
    name        VARCHAR(64)  NOT NULL PRIMARY KEY,
    owner       VARCHAR(300) NOT NULL,
    lease_until BIGINT       NOT NULL
);

-- The keys of a batch go with it.
CREATE INDEX idempotency_keys_of_batch ON idempotency_keys (batch_id);

-- PostgreSQL walks it backwards for a page; H2 has batches_of_tenant_newest.
CREATE INDEX batches_of_tenant ON batches (tenant, id);
