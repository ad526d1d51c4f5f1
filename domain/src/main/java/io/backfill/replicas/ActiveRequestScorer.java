package io.backfill.replicas;

/** From 1 where none of our calls is open to 0 where most are. Needs no metrics. */
final class ActiveRequestScorer implements Scorer {
    static final String NAME = "active-request";

    @Override
    public double score(Candidate candidate) {
        return candidate.open() == 0 ? 1 : (double) (candidate.mostOpen() - candidate.open()) / candidate.mostOpen();
    }
}
