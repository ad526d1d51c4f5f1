package io.backfill.dispatch;

import io.backfill.results.ResultLine;
import java.io.IOException;
import java.util.Optional;

/** Makes the call of a plan entry and its result line. Blocks. Thread-safe. */
@FunctionalInterface
public interface LineCall {
    /**
     * Returns the result of {@code entry}, or empty if it did not run because the batch is aborted.
     *
     * @throws IOException if the line cannot be read from the store
     */
    Optional<ResultLine> call(LaneEntry entry) throws IOException, InterruptedException;

    /** Releases what is held for {@code entry}: its result is logged, or it will have none. Called after every {@link #call}. */
    default void done(LaneEntry entry) {}
}
