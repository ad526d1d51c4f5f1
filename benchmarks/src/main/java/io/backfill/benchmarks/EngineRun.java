package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.BatchWorkload;
import io.backfill.benchmarks.engine.InteractiveUser;
import io.backfill.benchmarks.engine.StreamTimes;
import io.backfill.benchmarks.gateway.BatchState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs one mode once: a new gateway, a batch, a warm-up that does not count, the measured time, and the end of both.
 * The text of the lines is new in every run, so that no run finds that of an earlier one in the engine's cache.
 *
 * @param lines length of the batch
 * @param order in which they are sent, {@code prefix} or {@code file}
 */
record EngineRun(
        Workplace workplace,
        EngineTarget target,
        BatchWorkload workload,
        int lines,
        String order,
        Duration warmUp,
        Duration measured,
        boolean interactive) {
    private static final long SAMPLE_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * What a run yields.
     *
     * @param samples the gateway's account from the first call to the end of the measured time, once a second
     * @param from first sample of the measured time
     * @param streams those of the interactive user in the measured time
     */
    record Outcome(List<EngineGateway.Account> samples, int from, List<StreamTimes> streams) {
        /** Returns the lines answered per second; 0 without a batch. */
        double linesPerSecond() {
            return samples.isEmpty() ? 0 : rate(samples.get(from), samples.getLast());
        }

        /** Returns the mean of the limit that the gateway had; 0 without a batch. */
        double limit() {
            return samples.stream()
                    .skip(from)
                    .mapToDouble(EngineGateway.Account::limit)
                    .average()
                    .orElse(0);
        }

        static double rate(EngineGateway.Account from, EngineGateway.Account to) {
            return (to.answered() - from.answered()) / ((to.nanos() - from.nanos()) / 1e9);
        }
    }

    Outcome of(EngineMode mode, long seed) throws IOException {
        try (EngineGateway gateway = EngineGateway.start(workplace, target, mode)) {
            if (!interactive) {
                Batch batch = new Batch(gateway, mode, seed);
                batch.measure();
                batch.end();
                return new Outcome(batch.samples, batch.from, List.of());
            }
            try (InteractiveUser user = InteractiveUser.start(target.server(), target.body(), target.text(), ~seed)) {
                Batch batch = new Batch(gateway, mode, seed);
                long from = batch.measure();
                List<StreamTimes> streams = user.stop(from, from + measured.toNanos());
                batch.end();
                return new Outcome(batch.samples, batch.from, streams);
            }
        } finally {
            target.server().awaitIdle();
        }
    }

    /** The batch of one run, or none. */
    private final class Batch {
        private final EngineGateway gateway;
        private final List<BatchState> running = new ArrayList<>();
        private final List<EngineGateway.Account> samples = new ArrayList<>();
        private int from;

        Batch(EngineGateway gateway, EngineMode mode, long seed) throws IOException {
            this.gateway = gateway;
            if (mode.hasBatch()) {
                Path file = workplace.folder("input").resolve("lines.jsonl");
                workload.write(file, target.text(), target.body(), lines, seed);
                running.add(gateway.begin(file, order));
            }
        }

        /** Waits until the measured time is over. Returns the nano time of its start. */
        long measure() throws IOException {
            sampleUntil(System.nanoTime() + warmUp.toNanos());
            long start = System.nanoTime();
            from = Math.max(0, samples.size() - 1);
            sampleUntil(start + measured.toNanos());
            return start;
        }

        private void sampleUntil(long end) throws IOException {
            sample();
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(Math.min(left, SAMPLE_NANOS));
                sample();
            }
        }

        private void sample() throws IOException {
            if (!running.isEmpty()) {
                samples.add(gateway.account());
            }
        }

        void end() throws IOException {
            for (BatchState batch : running) {
                if (samples.getLast().failed() > samples.getFirst().failed()) {
                    workplace.out().println("  " + (int) samples.getLast().failed() + " calls of the batch failed");
                }
                gateway.cancel(batch);
            }
        }
    }
}
