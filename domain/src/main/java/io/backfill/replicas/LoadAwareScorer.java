package io.backfill.replicas;

/** Scores from 0.5 for an empty queue to 0 for a queue of 128 requests, independently of the queues of the other replicas. */
final class LoadAwareScorer implements Scorer {
    static final String NAME = "load-aware";

    private static final double LONG_QUEUE = 128;

    @Override
    public double score(Candidate candidate) {
        return 0.5 * (1 - Math.min(candidate.waiting(), LONG_QUEUE) / LONG_QUEUE);
    }
}
