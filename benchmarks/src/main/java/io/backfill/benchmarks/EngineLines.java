package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.BatchWorkload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Finds out how many lines a batch needs so that it lasts as long as a run, by a short run that also warms the engine up. */
final class EngineLines {
    private static final int TRIAL_LINES = 2_000;
    private static final long TRIAL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long POLL_NANOS = 50_000_000;
    private static final int RESERVE = 3;
    private static final int LEAST = 200;

    private EngineLines() {}

    /**
     * Returns {@code --lines}, or the length of a batch that lasts for {@code duration} even if the engine is three times as fast as
     * now.
     */
    static int lasting(
            Workplace workplace, EngineTarget target, BatchWorkload workload, EngineFlags flags, Duration duration)
            throws IOException {
        if (flags.lines().isPresent()) {
            return flags.lines().getAsInt();
        }
        EngineMode mode = EngineMode.unprotected(flags.inFlight());
        double rate;
        try (EngineGateway gateway = EngineGateway.start(workplace, target, mode)) {
            Path file = workplace.folder("input").resolve("lines.jsonl");
            workload.write(file, target.text(), target.body(), TRIAL_LINES, flags.seedOf(0, workload.ordinal()));
            gateway.begin(file, flags.order());
            EngineGateway.Account start = gateway.account();
            EngineGateway.Account now = start;
            while (now.answered() < TRIAL_LINES && now.nanos() - start.nanos() < TRIAL_NANOS) {
                LockSupport.parkNanos(POLL_NANOS);
                now = gateway.account();
            }
            rate = now.answered() / ((now.nanos() - start.nanos()) / 1e9);
        }
        target.server().awaitIdle();
        int lines = Math.max(LEAST, (int) Math.ceil(RESERVE * rate * duration.toSeconds()));
        workplace
                .out()
                .printf(
                        Locale.ROOT,
                        "  warm-up, %s: %.1f lines/s with %d in flight; batches of %d lines%n",
                        workload.name().toLowerCase(Locale.ROOT),
                        rate,
                        flags.inFlight(),
                        lines);
        return lines;
    }
}
