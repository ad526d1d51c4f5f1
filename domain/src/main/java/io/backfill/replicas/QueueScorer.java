package io.backfill.replicas;

/** Scores from 1 for the engine with the shortest queue to 0 for the one with the longest. */
final class QueueScorer implements Scorer {
    static final String NAME = "queue";

    @Override
    public double score(Candidate candidate) {
        int spread = candidate.mostWaiting() - candidate.leastWaiting();
        return spread == 0 ? 1 : (double) (candidate.mostWaiting() - candidate.waiting()) / spread;
    }
}
