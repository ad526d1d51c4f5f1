-- Batches that run lines of an earlier batch again: whose, which lines, and the result files that theirs continue. As JSON.
ALTER TABLE batches ADD COLUMN rerun TEXT;
-- Result files of ancestors that a rerun reads; their bytes are kept until it has ended.
CREATE TABLE batch_sources (
    batch_id VARCHAR(40) NOT NULL,
    file_id  VARCHAR(40) NOT NULL,
    PRIMARY KEY (batch_id, file_id)
);
CREATE INDEX batch_sources_by_file ON batch_sources (file_id);
