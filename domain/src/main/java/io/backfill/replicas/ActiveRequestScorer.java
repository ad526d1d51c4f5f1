package io.backfill.replicas;

/** Scores from 1 for a replica without open calls of this node to 0 for the one with the most. Needs no metrics. */
final class ActiveRequestScorer implements Scorer {
    static final String NAME = "active-request";

    @Override
    public double score(Candidate candidate) {
        return candidate.open() == 0 ? 1 : (double) (candidate.mostOpen() - candidate.open()) / candidate.mostOpen();
    }
}
