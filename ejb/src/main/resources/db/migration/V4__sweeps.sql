-- Which node does a sweep, and until when; without an owner: not before that time.
CREATE TABLE sweeps (
    name        VARCHAR(64)  NOT NULL PRIMARY KEY,
    owner       VARCHAR(300) NOT NULL,
    lease_until BIGINT       NOT NULL
);

-- The keys of a batch go with it.
CREATE INDEX idempotency_keys_of_batch ON idempotency_keys (batch_id);
