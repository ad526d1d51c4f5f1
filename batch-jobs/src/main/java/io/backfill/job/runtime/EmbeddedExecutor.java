package io.backfill.job.runtime;

import io.backfill.run.JobThreads;
import java.util.function.UnaryOperator;
import org.jberet.spi.JobExecutor;

/**
 * Runs the tasks of JBeret on the threads of this node, each in the context of this application, in which beans can be looked up. A
 * task that will need more threads waits until they are free.
 */
final class EmbeddedExecutor extends JobExecutor {
    private final int most;

    /** @param inContext returns a task that runs the given one in the context of this application */
    EmbeddedExecutor(JobThreads threads, UnaryOperator<Runnable> inContext) {
        super(task -> threads.executor().execute(inContext.apply(task)));
        this.most = threads.most();
    }

    @Override
    protected int getMaximumPoolSize() {
        return most;
    }
}
