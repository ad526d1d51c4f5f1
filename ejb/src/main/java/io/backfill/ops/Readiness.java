package io.backfill.ops;

import io.backfill.run.NodeHealth.Report;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The readiness that {@code /health/ready} reports. A background pass evaluates it, and a probe gets the last report at once:
 * the server answers all health requests with two threads, so a check that waits for a store would also delay liveness
 * probes. Each check runs on its own thread, one run at a time. A check that does not return counts as failed and is not
 * started again until it has returned. Thread-safe; {@link #evaluateOnce} is for one thread.
 */
public final class Readiness {
    private static final Duration STALE = Duration.ofSeconds(15);

    private final List<Check> checks;
    private final Duration patience;
    private final Executor tasks;
    private final LongSupplier nanoTime;
    private volatile Evaluated last;

    private record Evaluated(Report report, long at) {}

    /** A probe of something the node depends on. */
    @FunctionalInterface
    public interface Probe {
        /** @return a remark for people; empty when there is nothing to report */
        Optional<String> look() throws Exception;
    }

    /** A probe with its latest run. For the evaluating thread. */
    public static final class Check {
        private final String name;
        private final boolean needed;
        private final Probe probe;
        private Optional<CompletableFuture<Optional<String>>> running = Optional.empty();
        private long startedAt;

        /** @param needed whether a failure makes the node not ready */
        public Check(String name, boolean needed, Probe probe) {
            this.name = name;
            this.needed = needed;
            this.probe = probe;
        }

        private void start(Executor tasks, long now) {
            if (running.isEmpty()) {
                startedAt = now;
                CompletableFuture<Optional<String>> run = new CompletableFuture<>();
                running = Optional.of(run);
                tasks.execute(() -> {
                    try {
                        run.complete(probe.look());
                    } catch (Throwable failure) {
                        run.completeExceptionally(failure);
                    }
                });
            }
        }

        /** Adds the result to {@code details}; returns whether the check passed. */
        private boolean finish(long nanosLeft, long now, Map<String, String> details) throws InterruptedException {
            try {
                Optional<String> told = running.orElseThrow().get(Math.max(0, nanosLeft), TimeUnit.NANOSECONDS);
                told.ifPresent(text -> details.put(name, text));
                running = Optional.empty();
                return true;
            } catch (TimeoutException hangs) {
                details.put(
                        name,
                        "has not answered for "
                                + Duration.ofNanos(now - startedAt).toSeconds() + " s");
            } catch (ExecutionException failed) {
                Throwable cause = failed.getCause();
                details.put(name, String.valueOf((cause == null ? failed : cause).getMessage()));
                running = Optional.empty();
            }
            return false;
        }
    }

    /** @param patience time limit for all checks of one evaluation together; less than the time-out of a health probe */
    public Readiness(List<Check> checks, Duration patience, Executor tasks, LongSupplier nanoTime) {
        this.checks = List.copyOf(checks);
        this.patience = patience;
        this.tasks = tasks;
        this.nanoTime = nanoTime;
        this.last = new Evaluated(new Report(false, Map.of("node", "has not been checked yet")), nanoTime.getAsLong());
    }

    /** One evaluation; takes no longer than the patience. */
    public void evaluateOnce() throws InterruptedException {
        long start = nanoTime.getAsLong();
        checks.forEach(check -> check.start(tasks, start));
        Map<String, String> details = new LinkedHashMap<>();
        boolean ready = true;
        for (Check check : checks) {
            long now = nanoTime.getAsLong();
            boolean passed = check.finish(patience.toNanos() - (now - start), now, details);
            ready &= passed || !check.needed;
        }
        last = new Evaluated(new Report(ready, details), nanoTime.getAsLong());
    }

    /** Returns the report of the last evaluation, or one that is not ready if that was too long ago. Never blocks. */
    public Report report() {
        Evaluated evaluated = last;
        long age = nanoTime.getAsLong() - evaluated.at();
        if (age <= STALE.toNanos()) {
            return evaluated.report();
        }
        Map<String, String> details = new LinkedHashMap<>(evaluated.report().details());
        details.put("node", "was last checked " + Duration.ofNanos(age).toSeconds() + " s ago");
        return new Report(false, details);
    }
}
