package io.backfill.simulator.engine;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The sequences of one request in a {@link BatchingLoop}, and the thread that waits for their tokens. */
final class BatchedGeneration implements Generation {
    private final BatchingLoop loop;
    private final long startedNanos = System.nanoTime();
    private List<CoreRequest> sequences = List.of();

    /** Tokens of each sequence that the client may see, and whether it is complete. Guarded by this. */
    private int[] tokens = {};

    private boolean[] complete = {};
    private long[] lastTokenNanos = {};
    private int wanted;
    private boolean stopped;

    BatchedGeneration(BatchingLoop loop) {
        this.loop = loop;
    }

    void start(List<CoreRequest> newSequences) throws EngineRefusedException {
        sequences = newSequences;
        tokens = new int[sequences.size()];
        complete = new boolean[sequences.size()];
        lastTokenNanos = new long[sequences.size()];
        loop.submit(sequences, this);
    }

    @Override
    public boolean awaitTokens(int number, long timeoutNanos) throws InterruptedException {
        long started = System.nanoTime();
        synchronized (this) {
            wanted = number;
            while (!there()) {
                if (stopped) {
                    throw new InterruptedException("the engine was stopped");
                }
                long left = timeoutNanos - (System.nanoTime() - started);
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        }
    }

    @Override
    public int cachedTokens() {
        int cached = 0;
        for (CoreRequest sequence : sequences) {
            cached += sequence.cachedTokens();
        }
        return cached;
    }

    @Override
    public void close() {
        loop.cancel(sequences);
        loop.left(this);
    }

    /** Records, at the end of a step in real time, that {@code count} tokens of the sequence exist. */
    synchronized void brought(CoreRequest sequence, int count, boolean last, long nanos, TokenRecord record) {
        int index = sequences.indexOf(sequence);
        if (count <= 1) {
            record.prompt(sequence.promptTokens());
        }
        if (count == 1) {
            record.first((nanos - startedNanos) / 1e9);
        } else if (count > 1) {
            record.next((nanos - lastTokenNanos[index]) / 1e9, 1);
        }
        lastTokenNanos[index] = nanos;
        tokens[index] = count;
        complete[index] = last;
        if (last && allComplete()) {
            record.end((nanos - startedNanos) / 1e9);
        }
        if (there()) {
            notifyAll();
        }
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    private boolean allComplete() {
        for (boolean one : complete) {
            if (!one) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns whether the requested tokens exist. They are requested in the order of the answer, so a sequence counts
     * only once those before it are complete.
     */
    private boolean there() {
        int missing = wanted;
        for (int i = 0; i < tokens.length; i++) {
            int ofThis = Math.min(missing, sequences.get(i).outputTokens());
            boolean prompt = tokens[i] > 0 || complete[i];
            if (tokens[i] < ofThis || (wanted == 0 && !prompt)) {
                return false;
            }
            missing -= ofThis;
        }
        return true;
    }
}
