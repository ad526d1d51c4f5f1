package io.backfill.wiring;

import io.backfill.models.yaml.YamlModelDirectory;
import io.backfill.storage.Storage;

/** The backends of a node. The guard verifies that the storage belongs to the catalogs. */
record Backends(
        Storage storage,
        StoreGuard guard,
        Catalogs catalogs,
        QueueAndEvents queueAndEvents,
        YamlModelDirectory models) {
    /** Name of the data source of the catalog, for people. */
    static final String DATA_SOURCE = "java:jboss/datasources/Backfill";
}
