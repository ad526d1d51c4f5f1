package io.backfill.wiring;

/** Values of {@code backfill.role}: what a node does. */
enum Role {
    ALL,
    /** Serves the API and processes no batches. */
    API,
    /** Processes batches and serves no requests except health and metrics. */
    PROCESSOR;

    boolean servesApi() {
        return this != PROCESSOR;
    }

    boolean worksOnBatches() {
        return this != API;
    }
}
