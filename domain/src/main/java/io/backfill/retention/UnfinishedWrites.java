package io.backfill.retention;

import java.io.IOException;
import java.time.Instant;

/** SPI for the remains of writes to a store whose process died before they completed. They are invisible but occupy space. */
public interface UnfinishedWrites {
    /**
     * Finds writes that were started before {@code before} and removes their remains. A write that is still in progress after this
     * time fails. Idempotent.
     *
     * @param dryRun whether to count only
     * @return number of writes found
     */
    int sweep(Instant before, boolean dryRun) throws IOException;
}
