-- Which part of the result files each partition's log has become: a position that a client read in the log continues in the files.
ALTER TABLE batches ADD COLUMN result_partitions TEXT;
