-- Finds the few batches with which nodes died among the many open ones. H2 takes the index that fixes more columns: with the
-- number alone it took the one of all open batches instead.
DROP INDEX ${concurrently} IF EXISTS batches_suspect;
CREATE INDEX ${concurrently} batches_suspect ON batches (starts_without_end, status, lease_until);
