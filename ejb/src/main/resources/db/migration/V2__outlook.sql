-- What is foreseen for a batch: the bound of its prefix reuse, and whether and when it will end.
ALTER TABLE batches ADD COLUMN prefix_bound DOUBLE PRECISION;
ALTER TABLE batches ADD COLUMN at_risk BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE batches ADD COLUMN expected_end BIGINT;
