-- Orders of a batch's owner; read by the node that runs the batch with each renewal of its lease.
ALTER TABLE batches ADD COLUMN priority VARCHAR(8) DEFAULT 'NORMAL' NOT NULL;
-- The most calls that the batch may have open; null without a limit of its own.
ALTER TABLE batches ADD COLUMN max_in_flight INTEGER;
-- The tokens at which the batch is paused; null without a limit.
ALTER TABLE batches ADD COLUMN token_budget BIGINT;
