package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.SimulatorServer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the model observed of one sender, from the first request received to the last one answered.
 *
 * @param cpuSeconds processor time of the sender over the whole round
 * @param modelCpuSeconds processor time of the model over the whole round
 * @param wholeSeconds duration of the round, including the time before the first request and after the last answer
 */
record DispatchRound(long lines, double seconds, double cpuSeconds, double modelCpuSeconds, double wholeSeconds) {
    private static final double MILLIS = 1e3;
    private static final double NANOS = 1e9;
    private static final double MICROS = 1e6;

    /** Sends every line once. */
    @FunctionalInterface
    interface Sending {
        void run() throws IOException;
    }

    /**
     * Runs {@code sending} and measures it. Throws {@link IOException} unless the model answered {@code lines} requests with 200.
     */
    static DispatchRound of(SimulatorServer model, long sender, long lines, Sending sending) throws IOException {
        model.clear();
        double cpu = ProcessCpu.seconds(sender);
        double modelCpu = ProcessCpu.seconds(model.pid());
        long start = System.nanoTime();
        sending.run();
        double whole = (System.nanoTime() - start) / NANOS;
        cpu = ProcessCpu.seconds(sender) - cpu;
        modelCpu = ProcessCpu.seconds(model.pid()) - modelCpu;
        AtomicLong first = new AtomicLong(Long.MAX_VALUE);
        AtomicLong last = new AtomicLong();
        AtomicLong answered = new AtomicLong();
        model.ledger(request -> {
            first.accumulateAndGet(request.receivedMillis(), Math::min);
            last.accumulateAndGet(request.answeredMillis(), Math::max);
            answered.addAndGet(request.status() == 200 ? 1 : 0);
        });
        if (answered.get() != lines) {
            throw new IOException("the model answered " + answered.get() + " requests with 200 instead of " + lines);
        }
        return new DispatchRound(lines, (last.get() - first.get()) / MILLIS, cpu, modelCpu, whole);
    }

    double linesPerSecond() {
        return lines / seconds;
    }

    double wholeLinesPerSecond() {
        return lines / wholeSeconds;
    }

    double cpuMicrosPerLine() {
        return cpuSeconds * MICROS / lines;
    }

    double modelCpuMicrosPerLine() {
        return modelCpuSeconds * MICROS / lines;
    }
}
