package io.backfill.wiring;

import io.backfill.traces.BatchTraces;

/** The parts of a node. */
record Node(
        Setup setup,
        TimeAndIds timeAndIds,
        NodeThreads threads,
        Backends backends,
        Access access,
        NodeMetrics metrics,
        Sending sending,
        BatchWork work,
        BatchTraces traces,
        Webhooks webhooks) {}
