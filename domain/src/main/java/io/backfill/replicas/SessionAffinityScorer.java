package io.backfill.replicas;

/**
 * Scores 1 for the replica that the previous call of the session was sent to, and 0 for others. If nothing is known of the
 * session, all score 0.
 */
final class SessionAffinityScorer implements Scorer {
    static final String NAME = "session-affinity";

    @Override
    public double score(Candidate candidate) {
        return candidate.lastOfSession() ? 1 : 0;
    }
}
