package io.backfill.offload;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * SPI for the Jobs of this gateway, meaning all its nodes, on a cluster. Thread-safe. Methods that query the cluster block for a
 * bounded time of some seconds. They throw {@link io.backfill.errors.BackfillException} with code {@code UNAVAILABLE} if the
 * cluster does not respond or denies access. The request may nevertheless have taken effect, and it is safe to repeat it. Jobs do
 * not depend on a live gateway: a crash leaves them as they are.
 */
public interface ShardJobs extends AutoCloseable {
    /**
     * Creates the Job, or returns the existing one. Atomic in the cluster: of two concurrent callers one receives
     * {@link JobCreation.Created}. An existing Job is never changed.
     */
    JobCreation create(ShardJobSpec spec);

    /**
     * Queries the cluster for the Jobs of a batch, including Jobs being deleted, oldest generation first. Does not report
     * problems.
     */
    List<ShardJobState> find(BatchId batch);

    /**
     * Returns the last known state of all Jobs. Never blocks. The state is seconds old in normal operation, and minutes old after
     * a watch was interrupted; see {@link #watching}.
     */
    List<ShardJobState> states();

    /**
     * Registers a listener that is called soon after the Jobs of a batch may have changed. It runs on a thread of the client and
     * must return immediately. Calls may be missed or spurious, so {@link #states} must also be polled from time to time. Each
     * listener stays registered until {@link #close}.
     */
    void listen(Consumer<BatchId> changed);

    /**
     * Requests the deletion of a Job and its pods. Each pod receives SIGTERM, and SIGKILL after the grace that its Job was created
     * with. Returns immediately. Idempotent.
     *
     * @return true if nothing of the Job is left. Call again until then, but for a limited time: a pod on a lost node never
     *     disappears
     */
    boolean delete(BatchId batch, int generation);

    /**
     * Deletes Jobs of this gateway whose batch does not need them. The time is bounded by the number of orphans; the next pass
     * deletes the ones that remain.
     *
     * @param alive whether a batch may still need its Jobs; called on this thread, and only for Jobs older than {@code minAge}
     * @return number of Jobs whose deletion was requested
     */
    int deleteOrphans(Predicate<BatchId> alive, Duration minAge);

    /** Whether changes are being received; false while there is no connection to the cluster. */
    boolean watching();

    /** Stops listening and closes connections. Jobs are not affected. */
    @Override
    void close();
}
