package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.admission.HeapBudget;
import io.backfill.admission.NodeCapacity;

/**
 * Computes how much of this node's heap open calls may hold: the configured budget or a third of the free heap, checked
 * against what the largest lines can need.
 */
final class CallMemory {
    private static final long LEAST = 1L << 20;

    private CallMemory() {}

    /**
     * Returns the node's capacity and logs how much memory calls can need in the worst case.
     *
     * @param free the budget that applies when none is configured, and the size of the heap
     * @throws IllegalArgumentException when the configured budget does not fit into the heap
     */
    static NodeCapacity of(Settings settings, HeapBudget free) {
        HeapBudget budget = settings.optional(Setting.DISPATCH_BYTE_BUDGET).isEmpty()
                ? free
                : new HeapBudget(atLeast(settings.bytes(Setting.DISPATCH_BYTE_BUDGET)), free.maxHeap());
        int calls = settings.integer(Setting.DISPATCH_MAX_IN_FLIGHT);
        long largestLine = settings.arrayBytes(Setting.BATCHES_MAX_LINE_BYTES);
        long worst = budget.worst(largestLine);
        if (worst > budget.maxHeap() && budget != free) {
            throw new IllegalArgumentException(Setting.DISPATCH_BYTE_BUDGET.key() + " (" + budget.bytes()
                    + ") and a line of " + Setting.BATCHES_MAX_LINE_BYTES.key() + " (" + largestLine
                    + ") do not fit into the heap (" + budget.maxHeap()
                    + " bytes); lower them, or increase the heap");
        }
        LOG.callMemory(budget.bytes(), calls, worst, budget.maxHeap());
        if (worst > budget.maxHeap() / 2) {
            LOG.callMemoryTight(
                    worst, budget.maxHeap(), Setting.DISPATCH_BYTE_BUDGET.key(), Setting.BATCHES_MAX_LINE_BYTES.key());
        }
        return NodeCapacity.of(calls, budget.bytes());
    }

    private static long atLeast(long bytes) {
        if (bytes < LEAST) {
            throw new IllegalArgumentException(
                    Setting.DISPATCH_BYTE_BUDGET.key() + " must be at least " + LEAST + ", not " + bytes);
        }
        return bytes;
    }
}
