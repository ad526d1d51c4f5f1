package io.backfill.run;

import java.util.concurrent.Executor;

/**
 * Threads for executions of jobs and for their partitions, where the server has none for them.
 *
 * @param most number of tasks that run at once; more of them wait
 */
public record JobThreads(Executor executor, int most) {
    public JobThreads {
        if (most < 1) {
            throw new IllegalArgumentException("jobs need at least one thread, not " + most);
        }
    }
}
