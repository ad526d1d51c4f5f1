-- The queue: what each open batch still wants, by model. A batch that is not planned, or of which no model is known to have lines
-- left, has one row with the empty name. While a node holds the batch its rows do not wait, and are as they were at the claim;
-- the node writes them anew when it hands the batch back, and they go when the batch ends.
CREATE TABLE batch_models (
    batch_id   VARCHAR(40)  NOT NULL,
    model      VARCHAR(256) NOT NULL,
    tenant     VARCHAR(128) NOT NULL,
    -- nobody holds the batch; one whose lease ran out is found by its own row
    waiting    BOOLEAN      NOT NULL,
    -- 0, or from when on the batch may be claimed; earlier ones go first, so what failed goes behind
    retry_at   BIGINT       NOT NULL,
    -- of batches to be planned: 1 where the file is large, else 0
    size_class SMALLINT     NOT NULL,
    deadline   BIGINT       NOT NULL,
    lines_left INTEGER      NOT NULL,
    cost_left  BIGINT       NOT NULL,
    -- executions that failed in a row
    failures   INTEGER      NOT NULL,
    PRIMARY KEY (batch_id, model)
);
-- H2 has no partial indexes: the first column makes it one. All that is read of it is the first rows of a model and a tenant.
CREATE INDEX batch_models_queue ON batch_models (waiting, model, tenant, retry_at, size_class, deadline, batch_id);

INSERT INTO batch_models (batch_id, model, tenant, waiting, retry_at, size_class, deadline, lines_left, cost_left, failures)
SELECT id, '', tenant, lease_until = 0, 0, 0, deadline, 0, 0, 0 FROM batches
WHERE status IN ('VALIDATING', 'IN_PROGRESS', 'FINALIZING', 'CANCELLING');
