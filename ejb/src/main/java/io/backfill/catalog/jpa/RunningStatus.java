package io.backfill.catalog.jpa;

import static java.util.stream.Collectors.joining;

import io.backfill.batches.BatchStatus;
import java.util.Arrays;
import java.util.List;

/**
 * The statuses of batches that have not ended, as listed in queries. An index that begins with the status finds the few running
 * batches among the many that have ended.
 */
final class RunningStatus {
    static final List<BatchStatus> VALUES = Arrays.stream(BatchStatus.values())
            .filter(status -> !status.terminal())
            .toList();

    /** The same as an SQL list. */
    static final String SQL_LIST =
            VALUES.stream().map(status -> "'" + status.name() + "'").collect(joining(", ", "(", ")"));

    private RunningStatus() {}
}
