package io.backfill.dispatch;

import io.backfill.plan.EntryCost;
import io.backfill.plan.PlanEntry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Work left in a partition, in the cost unit of {@link EntryCost}, and the actual length of its answers. The plan contains only how
 * long answers may be, so planned output is scaled by the answers so far. Fairness and deadlines need sums over many lines; the
 * length of a single line is not predicted ({@code QLM}, {@code JITServe}). Thread-safe.
 */
public final class OutputLengths {
    /** Number of answers after which their lengths are used. */
    private static final int ENOUGH = 16;

    private final AtomicLong freshLeft;
    private final AtomicLong outputLeft;
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong planned = new AtomicLong();
    private final AtomicLong observed = new AtomicLong();

    /**
     * @param freshTokens prompt tokens to compute, over all remaining lines
     * @param outputTokens planned output tokens, over all remaining lines
     */
    public OutputLengths(long freshTokens, long outputTokens) {
        this.freshLeft = new AtomicLong(freshTokens);
        this.outputLeft = new AtomicLong(outputTokens);
    }

    /** Records that a line has its result. {@code outputTokens} is 0 if the model did not report them. */
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

    /** Returns the expected number of output tokens of the line. */
    int expected(PlanEntry entry) {
        return (int) Math.min(Integer.MAX_VALUE, Math.round(EntryCost.plannedOutput(entry) * ratio()));
    }

    /** Returns the expected cost of all lines without a result, including those of open calls. */
    public long remaining() {
        return EntryCost.of(Math.max(0, freshLeft.get()), Math.round(Math.max(0, outputLeft.get()) * ratio()));
    }

    private double ratio() {
        long of = planned.get();
        return answers.get() < ENOUGH || of == 0 ? 1 : (double) observed.get() / of;
    }
}
