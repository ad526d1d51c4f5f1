package io.backfill.service;

import io.backfill.batches.SealedHeaders;
import io.backfill.ids.BatchId;
import java.util.Map;

/** Seals the headers captured from a create, so that they are stored encrypted with the batch. */
@FunctionalInterface
public interface HeaderCapture {
    /** @param headers not empty; never logged */
    SealedHeaders seal(BatchId batch, Map<String, String> headers);
}
