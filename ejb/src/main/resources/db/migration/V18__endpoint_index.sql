-- Pages of the batches with one endpoint.
DROP INDEX ${concurrently} IF EXISTS batches_of_endpoint;
CREATE INDEX ${concurrently} batches_of_endpoint ON batches (tenant, endpoint, id);
