package io.backfill.wiring;

import io.backfill.ops.CapacityMetrics;
import io.backfill.ops.Metrics;

/** The metrics that background passes refresh: of batches and calls, and of replicas. */
record NodeMetrics(Metrics batches, CapacityMetrics replicas) {}
