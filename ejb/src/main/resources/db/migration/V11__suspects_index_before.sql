-- The index of V10 does its work.
DROP INDEX ${concurrently} IF EXISTS batches_by_starts;
