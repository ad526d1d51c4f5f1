-- Lists of batches by status.
DROP INDEX ${concurrently} IF EXISTS batches_of_status_newest;
CREATE INDEX ${concurrently} batches_of_status_newest ON batches (tenant, status, id ${newest});
