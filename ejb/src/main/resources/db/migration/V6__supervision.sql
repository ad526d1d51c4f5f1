-- Nodes that died with a batch open, and what operators decided. Times are milliseconds since 1970.
-- Claims that no orderly end followed; the claim that is open now is one of them.
ALTER TABLE batches ADD COLUMN starts_without_end INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE batches ADD COLUMN paused_at BIGINT;
ALTER TABLE batches ADD COLUMN paused_reason VARCHAR(16);
-- An operator wants the batch ended with the results that can be read.
ALTER TABLE batches ADD COLUMN settle_asked BOOLEAN DEFAULT FALSE NOT NULL;
