-- Which node may have how many calls of a model open. The row of model_caps is the lock for all rows of its model.
CREATE TABLE model_caps (
    model VARCHAR(256) NOT NULL PRIMARY KEY
);

CREATE TABLE model_shares (
    model VARCHAR(256) NOT NULL,
    node VARCHAR(300) NOT NULL,
    slots INTEGER NOT NULL,
    demand INTEGER NOT NULL,
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (model, node)
);
