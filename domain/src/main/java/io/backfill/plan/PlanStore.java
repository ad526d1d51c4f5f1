package io.backfill.plan;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads the manifests of stored plans. */
public final class PlanStore {
    private final FileStore store;

    public PlanStore(FileStore store) {
        this.store = store;
    }

    /** Returns the plan of a batch, or empty if its planning is not complete. */
    public Optional<PlanManifest> find(BatchId batch) throws IOException {
        String key = PlanManifest.key(batch);
        if (store.size(key).isEmpty()) {
            return Optional.empty();
        }
        try (BlobReader blob = store.open(key);
                InputStream in = blob.stream(0, blob.size())) {
            return Optional.of(PlanManifest.read(in));
        }
    }

    /**
     * Returns the plan of a batch whose planning is complete.
     *
     * @throws IOException also if the batch has no plan
     */
    public PlanManifest require(BatchId batch) throws IOException {
        return find(batch).orElseThrow(() -> new IOException("batch " + batch + " has no plan"));
    }
}
