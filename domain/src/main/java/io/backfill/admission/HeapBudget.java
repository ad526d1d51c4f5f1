package io.backfill.admission;

/**
 * The bytes that calls may hold in a heap, and what a configuration can need of it at worst.
 *
 * @param bytes that calls may hold
 * @param maxHeap of the process
 */
public record HeapBudget(long bytes, long maxHeap) {
    /** Of what is left of the heap after start. */
    private static final int PART = 3;

    /** A heap that is nearly full at start still lets calls through, one after the other. */
    private static final long LEAST = 8L << 20;

    public HeapBudget {
        if (bytes < 1) {
            throw new IllegalArgumentException("the byte budget must be at least 1, not " + bytes);
        }
    }

    /** A third of what is left of this process' heap now. */
    public static HeapBudget ofThisProcess() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        return of(runtime.maxMemory(), used);
    }

    static HeapBudget of(long maxHeap, long used) {
        return new HeapBudget(Math.max(LEAST, (maxHeap - used) / PART), maxHeap);
    }

    /**
     * Bytes that may be held at worst: the budget, and one call beyond it, its request and what is buffered of its answer.
     *
     * @param largestCall request bytes of the largest line
     */
    public long worst(long largestCall) {
        return bytes + largestCall + (long) AnswerSizes.LARGEST * AnswerSizes.COPIES;
    }
}
