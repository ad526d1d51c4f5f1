package io.backfill.replicas;

/** 1 for the replica that the call's session was sent to last. The same for all, 0, when nothing is known of a session. */
final class SessionAffinityScorer implements Scorer {
    static final String NAME = "session-affinity";

    @Override
    public double score(Candidate candidate) {
        return candidate.lastOfSession() ? 1 : 0;
    }
}
