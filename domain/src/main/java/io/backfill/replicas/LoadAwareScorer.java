package io.backfill.replicas;

/** From 0.5 for an empty queue to 0 for one of 128 requests, whatever the queues of the others. */
final class LoadAwareScorer implements Scorer {
    static final String NAME = "load-aware";

    private static final double LONG_QUEUE = 128;

    @Override
    public double score(Candidate candidate) {
        return 0.5 * (1 - Math.min(candidate.waiting(), LONG_QUEUE) / LONG_QUEUE);
    }
}
