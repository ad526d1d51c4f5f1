package io.backfill.wiring;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.admission.HeapBudget;
import io.backfill.admission.NodeCapacity;

/** What calls may hold of this node's heap, by setting or a third of what is left, checked against what lines can need. */
final class CallMemory {
    private static final long LEAST = 1L << 20;

    private CallMemory() {}

    /**
     * The node's capacity. Says what the settings can need at worst.
     *
     * @param free the budget where none is set, and the heap
     * @throws IllegalArgumentException when the budget that is set cannot fit into the heap
     */
    static NodeCapacity of(Settings settings, HeapBudget free) {
        HeapBudget budget = settings.optional(Setting.DISPATCH_BYTE_BUDGET).isEmpty()
                ? free
                : new HeapBudget(atLeast(settings.number(Setting.DISPATCH_BYTE_BUDGET)), free.maxHeap());
        int calls = settings.integer(Setting.DISPATCH_MAX_IN_FLIGHT);
        long largestLine = settings.integer(Setting.BATCHES_MAX_LINE_BYTES);
        long worst = budget.worst(largestLine);
        if (worst > budget.maxHeap() && budget != free) {
            throw new IllegalArgumentException(Setting.DISPATCH_BYTE_BUDGET.key() + " (" + budget.bytes()
                    + ") and a line of " + Setting.BATCHES_MAX_LINE_BYTES.key() + " (" + largestLine
                    + ") do not fit into the heap (" + budget.maxHeap()
                    + " bytes); lower them, or give the process more");
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
