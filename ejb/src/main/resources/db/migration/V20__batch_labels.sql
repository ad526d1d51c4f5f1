-- Lists of batches by model and metadata. A label is the hash of one condition on them; each batch has a row for every
-- condition that it meets. The rows are filled by the next version, and kept with the row of the batch afterwards.
CREATE TABLE batch_labels (
    id     VARCHAR(40)  NOT NULL,
    label  VARCHAR(43)  NOT NULL,
    tenant VARCHAR(128) NOT NULL,
    -- that of the batch
    status VARCHAR(16)  NOT NULL,
    PRIMARY KEY (id, label)
);
CREATE INDEX batch_labels_newest ON batch_labels (tenant, label, id ${newest});
CREATE INDEX batch_labels_by_status ON batch_labels (tenant, label, status, id ${newest});
