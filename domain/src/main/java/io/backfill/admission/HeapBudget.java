package io.backfill.admission;

/**
 * Bytes of the heap that calls may hold, and the most that a configuration can need.
 *
 * @param bytes bytes that calls may hold
 * @param maxHeap maximum heap of the process
 */
public record HeapBudget(long bytes, long maxHeap) {
    /** The budget is the heap that is left after start, divided by this. */
    private static final int PART = 3;

    /** Minimum budget: a heap that is nearly full at start still admits calls, one at a time. */
    private static final long LEAST = 8L << 20;

    public HeapBudget {
        if (bytes < 1) {
            throw new IllegalArgumentException("the byte budget must be at least 1, not " + bytes);
        }
    }

    /** Returns a third of the heap that this process has left now. */
    public static HeapBudget ofThisProcess() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        return of(runtime.maxMemory(), used);
    }

    static HeapBudget of(long maxHeap, long used) {
        return new HeapBudget(Math.max(LEAST, (maxHeap - used) / PART), maxHeap);
    }

    /**
     * Returns the most bytes that may be held: the budget and one call beyond it, with its request and the buffered part of its
     * answer.
     *
     * @param largestCall request bytes of the largest line
     */
    public long worst(long largestCall) {
        return bytes + largestCall + (long) AnswerSizes.LARGEST * AnswerSizes.COPIES;
    }
}
