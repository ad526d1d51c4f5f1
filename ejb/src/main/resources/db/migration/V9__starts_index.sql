-- Finds the few batches with which nodes died among the many open ones. Only those have more than one start without end.
DROP INDEX ${concurrently} IF EXISTS batches_by_starts;
CREATE INDEX ${concurrently} batches_by_starts ON batches (starts_without_end);
