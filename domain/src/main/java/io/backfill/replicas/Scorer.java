package io.backfill.replicas;

/**
 * Scores how well a replica suits a call, from 0 to 1. Stateless: one instance serves all fleets, and all state is in the
 * candidate. Called while the fleet is locked.
 */
@FunctionalInterface
interface Scorer {
    double score(Candidate candidate);
}
