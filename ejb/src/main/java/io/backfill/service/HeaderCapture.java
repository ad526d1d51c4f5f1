package io.backfill.service;

import io.backfill.batches.SealedHeaders;
import io.backfill.ids.BatchId;
import java.util.Map;

/** Seals the headers captured from a create, so that they rest encrypted beside the batch. */
@FunctionalInterface
public interface HeaderCapture {
    /**
     * @param headers never empty; never logged
     */
    SealedHeaders seal(BatchId batch, Map<String, String> headers);
}
