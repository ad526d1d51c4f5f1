package io.backfill.replicas;

/**
 * How well a replica suits a call, 0 to 1. Remembers nothing: one instance serves all fleets, and what there is to remember is in
 * the candidate. Asked while the fleet is locked.
 */
@FunctionalInterface
interface Scorer {
    double score(Candidate candidate);
}
