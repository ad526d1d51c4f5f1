package io.backfill.dispatch;

import io.backfill.plan.EntryCost;
import io.backfill.plan.PlanEntry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a partition has left to do, in the cost unit of {@link EntryCost}, and how long its answers really are: the plan knows only
 * how long they may be, so output is scaled by what came back so far. Sums over many lines are what fairness and deadlines need,
 * no line's own length is predicted ({@code QLM}, {@code JITServe}). Thread-safe.
 */
public final class OutputLengths {
    /** Answers before their lengths count. */
    private static final int ENOUGH = 16;

    private final AtomicLong freshLeft;
    private final AtomicLong outputLeft;
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong planned = new AtomicLong();
    private final AtomicLong observed = new AtomicLong();

    /**
     * @param freshTokens prompt tokens to be computed, over all lines left
     * @param outputTokens as planned, over all lines left
     */
    public OutputLengths(long freshTokens, long outputTokens) {
        this.freshLeft = new AtomicLong(freshTokens);
        this.outputLeft = new AtomicLong(outputTokens);
    }

    /** A line has its result; {@code outputTokens} is 0 when the model said nothing of it. */
    void finished(PlanEntry entry, long outputTokens) {
        long plannedOutput = EntryCost.plannedOutput(entry);
        freshLeft.addAndGet(-entry.freshTokens());
        outputLeft.addAndGet(-plannedOutput);
        if (outputTokens > 0) {
            planned.addAndGet(plannedOutput);
            observed.addAndGet(outputTokens);
            answers.incrementAndGet();
        }
    }

    /** Output tokens that the line is expected to have. */
    int expected(PlanEntry entry) {
        return (int) Math.min(Integer.MAX_VALUE, Math.round(EntryCost.plannedOutput(entry) * ratio()));
    }

    /** What all lines without a result are expected to cost, those of open calls included. */
    public long remaining() {
        return EntryCost.of(Math.max(0, freshLeft.get()), Math.round(Math.max(0, outputLeft.get()) * ratio()));
    }

    private double ratio() {
        long of = planned.get();
        return answers.get() < ENOUGH || of == 0 ? 1 : (double) observed.get() / of;
    }
}
