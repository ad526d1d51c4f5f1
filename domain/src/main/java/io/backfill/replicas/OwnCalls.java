package io.backfill.replicas;

/**
 * This node's calls of all models at one engine when its metrics were read.
 *
 * @param open now
 * @param most open calls at most since the metrics were asked for
 * @param ended calls that an engine counts as finished: those that were answered with success, and those that were given up
 */
public record OwnCalls(int open, int most, long ended) {
    /** Returns how many more requests the engine holds than this node has open. */
    int foreign(EngineMetrics metrics) {
        return Math.max(0, metrics.running() + metrics.waiting() - most);
    }
}
