package io.backfill.retention;

import java.io.IOException;
import java.time.Instant;

/** SPI: what writes to a store left behind whose process died in the middle. Nobody sees it, but it takes room. */
public interface UnfinishedWrites {
    /**
     * Finds those that were begun before {@code before}, and removes them. A write that goes on this long fails. Idempotent.
     *
     * @param dryRun only count
     * @return how many
     */
    int sweep(Instant before, boolean dryRun) throws IOException;
}
