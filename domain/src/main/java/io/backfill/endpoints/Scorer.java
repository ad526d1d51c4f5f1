package io.backfill.endpoints;

/** How well an endpoint suits a call, 0 to 1. Must not block; what it remembers it guards itself. */
@FunctionalInterface
interface Scorer {
    double score(Candidate candidate);
}
