package io.backfill.wiring;

/** Values of {@code backfill.role}: what a node does. */
enum Role {
    ALL,
    /** Answers requests, and works on no batch. */
    API,
    /** Works on batches, and answers no request but those for health and metrics. */
    PROCESSOR;

    boolean servesApi() {
        return this != PROCESSOR;
    }

    boolean worksOnBatches() {
        return this != API;
    }
}
