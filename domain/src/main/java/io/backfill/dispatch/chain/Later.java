package io.backfill.dispatch.chain;

/** Port: runs tasks after a delay, on threads of its own. */
@FunctionalInterface
public interface Later {
    /** Runs a task after {@code nanos} nanoseconds; not at all if the process is stopping. Returns at once. */
    void run(Runnable task, long nanos);
}
