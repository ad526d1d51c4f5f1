package io.backfill.offload;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * SPI: the Jobs of this gateway on a cluster, all nodes of it together. Thread-safe. Methods that ask the cluster block for a
 * bounded time, some seconds, and throw {@code UNAVAILABLE} ({@link io.backfill.errors.BackfillException}) when it does not answer
 * or will not let us ask; what they wished may have happened then, and asking again is right. The Jobs go on whether or not a
 * gateway lives: a crash leaves them as they are.
 */
public interface ShardJobs extends AutoCloseable {
    /**
     * Makes the Job, or finds it made: atomic in the cluster, so that of two who ask one gets {@link Creation.Created}. A Job that
     * is there is never changed.
     */
    Creation create(ShardJobSpec spec);

    /** The Jobs of a batch, asked of the cluster now, oldest generation first; those being deleted too. Without problems. */
    List<ShardJobState> find(BatchId batch);

    /** All Jobs, as last heard of; never blocks. Seconds old while all is well, minutes when a watch was cut; see {@link #watching}. */
    List<ShardJobState> states();

    /**
     * Has {@code changed} called soon after something may have changed in a batch's Jobs, on a thread of the client: it must return
     * at once. A call may be missed or come for nothing, so {@link #states} is to be looked at now and then anyhow. Each listener
     * stays until {@link #close}.
     */
    void listen(Consumer<BatchId> changed);

    /**
     * Asks for a Job to go away after its pods: each gets SIGTERM, and SIGKILL after the grace that its Job was made with. Returns
     * at once; idempotent.
     *
     * @return true when nothing of the Job is left; call again until then, but not for ever: a pod on a lost node stays
     */
    boolean delete(BatchId batch, int generation);

    /**
     * Deletes Jobs of this gateway whose batch nobody waits for. Bounded in time by the number of orphans; the next pass takes
     * what this one left.
     *
     * @param alive whether a batch may still want its Jobs; asked on this thread, and only about Jobs older than {@code minAge}
     * @return how many Jobs were asked to go
     */
    int deleteOrphans(Predicate<BatchId> alive, Duration minAge);

    /** Whether changes arrive by themselves now; false while there is no connection to the cluster. */
    boolean watching();

    /** Stops listening and gives up connections. Jobs stay. */
    @Override
    void close();
}
