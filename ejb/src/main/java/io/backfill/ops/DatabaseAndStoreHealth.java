package io.backfill.ops;

import io.backfill.batches.BatchLeases;
import io.backfill.files.FileStore;
import io.backfill.models.ModelDirectory;
import io.backfill.run.NodeHealth;
import jakarta.ejb.Local;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Ready means: the catalog's database and the file store answer. A bad edit of the models file is shown, but serves on. */
@Stateless
@Local(NodeHealth.class)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class DatabaseAndStoreHealth implements NodeHealth {
    @Inject
    private BatchLeases leases;

    @Inject
    private FileStore store;

    @Inject
    private ModelDirectory models;

    @Override
    public Report report() {
        Map<String, String> details = new LinkedHashMap<>();
        boolean ready = true;
        try {
            details.put("waiting-batches", Long.toString(leases.claimableCount()));
        } catch (RuntimeException e) {
            ready = false;
            details.put("database", String.valueOf(e.getMessage()));
        }
        try {
            store.check();
        } catch (IOException e) {
            ready = false;
            details.put("store", String.valueOf(e.getMessage()));
        }
        models.problem().ifPresent(problem -> details.put("models", problem));
        return new Report(ready, details);
    }
}
