DROP INDEX ${concurrently} IF EXISTS files_by_name;
CREATE INDEX ${concurrently} files_by_name ON files (filename);
