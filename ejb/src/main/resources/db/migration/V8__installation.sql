-- Who this catalog is; the store beside it carries the same. One row, made at the first start.
CREATE TABLE installation (
    name     VARCHAR(16) NOT NULL PRIMARY KEY,
    identity VARCHAR(40) NOT NULL
);
