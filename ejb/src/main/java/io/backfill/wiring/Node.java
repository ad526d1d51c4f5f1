package io.backfill.wiring;

/** The parts of a node. */
record Node(
        Setup setup,
        TimeAndIds timeAndIds,
        NodeThreads threads,
        Backends backends,
        Access access,
        NodeMetrics metrics,
        Sending sending,
        BatchWork work) {}
