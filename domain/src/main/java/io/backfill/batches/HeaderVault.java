package io.backfill.batches;

import io.backfill.ids.BatchId;
import java.util.Map;

/** Seals the headers captured from a create request, so that they are stored encrypted with the batch, and opens them again. */
public interface HeaderVault {
    /** @param headers not empty; never logged */
    SealedHeaders seal(BatchId batch, Map<String, String> headers);

    /**
     * Returns the headers of a batch; empty if none were captured.
     *
     * @throws RuntimeException if the key that sealed them is no longer available
     */
    Map<String, String> open(Batch batch);
}
