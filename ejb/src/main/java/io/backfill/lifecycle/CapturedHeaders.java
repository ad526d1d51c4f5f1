package io.backfill.lifecycle;

import io.backfill.batches.Batch;
import java.util.Map;

/** Opens the headers that were captured and sealed when a batch was created. */
@FunctionalInterface
public interface CapturedHeaders {
    /** @throws RuntimeException when the key that sealed them is no longer available */
    Map<String, String> open(Batch batch);
}
