package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The time until the model receives the first line of a batch that is created on an idle system. */
final class PickupBench implements Bench {
    private static final double P50_LIMIT_MILLIS = 50;
    private static final double P99_LIMIT_MILLIS = 250;
    private static final double MICROS_PER_MILLI = 1e3;
    private static final long REST_NANOS = 100_000_000;

    @Override
    public String name() {
        return "pickup";
    }

    @Override
    public String summary() {
        return "from create to the first line at the model, idle system";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench pickup [--rounds N] [--warm-up N]

                  --rounds N      measured batches of one line each, one after the other (200)
                  --warm-up N     unmeasured batches before that (50)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--rounds", "--warm-up");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int rounds = flags.number("--rounds", 200);
        int warmUp = flags.number("--warm-up", 50);
        Path input = InputFile.write(workplace.folder("input").resolve("line.jsonl"), Stage.MODEL, 1, 1024);
        try (Stage stage = Stage.open(workplace, 64, Map.of())) {
            String file = stage.client().upload(input);
            List<Double> millis = new ArrayList<>();
            for (int round = 1; round <= warmUp + rounds; round++) {
                double waited = pickupMillis(stage, file);
                if (round > warmUp) {
                    millis.add(waited);
                }
                if (round % 50 == 0) {
                    workplace.out().println("  " + round + " batches");
                }
            }
            return List.of(
                    Measure.atMost(
                            "create to first line at the model, p50",
                            Percentiles.of(millis, 0.5),
                            "ms",
                            P50_LIMIT_MILLIS),
                    Measure.atMost(
                            "create to first line at the model, p99",
                            Percentiles.of(millis, 0.99),
                            "ms",
                            P99_LIMIT_MILLIS),
                    Measure.of("longest", Percentiles.most(millis), "ms"),
                    Measure.of("batches", millis.size(), "batches"));
        }
    }

    /**
     * Returns the milliseconds from just before the create request to the receipt of the line, which the model records with
     * millisecond precision.
     */
    private static double pickupMillis(Stage stage, String file) throws IOException {
        stage.model().clear();
        LockSupport.parkNanos(REST_NANOS);
        Instant created = Instant.now();
        BatchState batch = stage.client().createBatch(file);
        stage.await(batch);
        AtomicLong received = new AtomicLong();
        stage.model().ledger(request -> received.set(request.receivedMillis()));
        return created.until(Instant.ofEpochMilli(received.get()), ChronoUnit.MICROS) / MICROS_PER_MILLI;
    }
}
