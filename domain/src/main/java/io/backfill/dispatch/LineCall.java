package io.backfill.dispatch;

import io.backfill.results.ResultLine;
import java.io.IOException;
import java.util.Optional;

/** Makes the call of one plan entry and its result line. Blocks; safe for many threads. */
@FunctionalInterface
public interface LineCall {
    /**
     * The result of {@code entry}, or empty when it did not run because the batch is aborted.
     *
     * @throws IOException when the line cannot be read from the store
     */
    Optional<ResultLine> call(LaneEntry entry) throws IOException, InterruptedException;

    /** The result of {@code entry} is logged, or there will be none: what was held for it is given back. Follows every call. */
    default void done(LaneEntry entry) {}
}
