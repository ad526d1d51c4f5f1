package io.backfill.fair;

import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A batch of one model with a window as in the product: a limited number of its lines is at the gate, and the others use no
 * resources.
 */
final class SimulatedBatch {
    final BatchId id;
    final TenantId tenant;
    final SimulatedModel model;
    final Instant deadline;
    final Deque<SimulatedLine> left = new ArrayDeque<>();
    /** Number of lines that are at the gate, are sent, or wait for another attempt. */
    int inWindow;

    long costLeft;
    int done;

    SimulatedBatch(BatchId id, TenantId tenant, SimulatedModel model, Instant deadline) {
        this.id = id;
        this.tenant = tenant;
        this.model = model;
        this.deadline = deadline;
    }

    void add(SimulatedLine line) {
        left.add(line);
        costLeft += line.cost;
    }
}
