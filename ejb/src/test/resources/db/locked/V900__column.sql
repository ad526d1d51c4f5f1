ALTER TABLE batches ADD COLUMN behind_a_lock BIGINT;
