package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A small tenant competing with a large one, and three windows on a model that cannot meet all of them at once. */
final class FairBench implements Bench {
    private static final String TENANT_HEADER = "X-Backfill-Tenant";
    private static final long POLL_NANOS = 20_000_000;
    private static final double NANOS = 1e9;
    private static final int SMALL_LINES = 20;
    private static final int BYTES = 512;
    private static final int MOST_LINES = 1_000_000;
    private static final String MOST_BYTES = "1073741824";

    @Override
    public String name() {
        return "fair";
    }

    @Override
    public String summary() {
        return "small batches next to a tenant with 50,000 lines; three windows on a saturated model";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench fair [flags]

                  --lines N        lines of the large tenant's batch (50000)
                  --small N        batches of 20 lines of the small tenant, alone and with the large tenant (6)
                  --every SECONDS  interval between these batches (10)
                  --windows A,B    the two short windows (1m,3m)
                  --backlog N      lines of the batch with a window of 24 hours (default: --lines)
                  --in-flight N    cap of the model (16)
                  --latency TIME   latency of each answer (50ms)

                The batches of the two windows have a quarter and three quarters of the backlog's lines, so many that the
                model, at --in-flight 16 and --latency 50ms, can meet both only by working in order of the deadlines.
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--lines", "--small", "--every", "--windows", "--backlog", "--in-flight", "--latency");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        List<Measure> rows = new ArrayList<>(tenants(workplace, flags));
        rows.addAll(deadlines(workplace, flags));
        return rows;
    }

    private static Stage stage(Workplace workplace, Flags flags) throws IOException {
        return Stage.open(
                workplace,
                flags.number("--in-flight", 16),
                Map.of(
                        "BACKFILL_AUTH_MODE",
                        "header",
                        "BACKFILL_AUTH_TRUSTED_PROXIES",
                        "127.0.0.0/8",
                        "BACKFILL_BATCHES_MAX_LINES",
                        Integer.toString(MOST_LINES),
                        "BACKFILL_BATCHES_MAX_INPUT_BYTES",
                        MOST_BYTES,
                        "BACKFILL_FILES_MAX_BATCH_FILE_BYTES",
                        MOST_BYTES,
                        "BACKFILL_FILES_MAX_UPLOAD_BYTES",
                        MOST_BYTES),
                "--latency",
                flags.text("--latency").orElse("50ms"));
    }

    private static List<Measure> tenants(Workplace workplace, Flags flags) throws IOException {
        int count = flags.number("--small", 6);
        int every = flags.number("--every", 10);
        Path small = input(workplace, "small", SMALL_LINES);
        Path large = input(workplace, "large", flags.number("--lines", 50_000));
        try (Stage stage = stage(workplace, flags);
                GatewayClient modest = tenant(stage, "modest");
                GatewayClient greedy = tenant(stage, "greedy")) {
            String file = modest.upload(small);
            seconds(modest, file);
            workplace.out().println("  " + count + " small batches alone");
            List<Double> alone = series(modest, file, count, every);
            String batch = greedy.createBatch(greedy.upload(large)).id();
            while (greedy.batch(batch).completed() == 0) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            workplace.out().println("  " + count + " small batches beside the large one");
            List<Double> together = series(modest, file, count, every);
            BatchState end = greedy.batch(batch);
            return List.of(
                    Measure.beside(
                            "small batch beside a large tenant, median",
                            Percentiles.median(together),
                            "s",
                            Percentiles.median(alone)),
                    Measure.beside("the slowest", Percentiles.most(together), "s", Percentiles.most(alone)),
                    Measure.of("lines the large batch still had at the end", end.total() - end.completed(), "lines"));
        }
    }

    private static List<Double> series(GatewayClient client, String file, int count, int every) throws IOException {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long next = System.nanoTime() + (long) (every * NANOS);
            times.add(seconds(client, file));
            for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
        return times;
    }

    /** Returns the seconds from create to completed. */
    private static double seconds(GatewayClient client, String file) throws IOException {
        long start = System.nanoTime();
        Stage.requireCompleted(end(client, client.createBatch(file)));
        return (System.nanoTime() - start) / NANOS;
    }

    private static BatchState end(GatewayClient client, BatchState created) throws IOException {
        BatchState batch = created;
        while (!batch.isTerminal()) {
            LockSupport.parkNanos(POLL_NANOS);
            batch = client.batch(batch.id());
        }
        return batch;
    }

    private static List<Measure> deadlines(Workplace workplace, Flags flags) throws IOException {
        int lines = flags.number("--backlog", flags.number("--lines", 50_000));
        String[] windows = flags.text("--windows").orElse("1m,3m").split(",", -1);
        if (windows.length != 2) {
            throw new IllegalArgumentException("--windows must list two windows, such as 1m,3m");
        }
        Path quarter = input(workplace, "quarter", lines / 4);
        Path most = input(workplace, "most", lines / 4 * 3);
        Path all = input(workplace, "all", lines);
        try (Stage stage = stage(workplace, flags);
                GatewayClient client = tenant(stage, "one")) {
            workplace.out().println("  three windows on one model");
            BatchState day = client.createBatch(client.upload(all), "24h");
            BatchState longer = client.createBatch(client.upload(most), windows[1]);
            BatchState shortest = client.createBatch(client.upload(quarter), windows[0]);
            shortest = end(client, shortest);
            longer = end(client, longer);
            day = client.batch(day.id());
            return List.of(
                    Measure.atMost("window of " + windows[0] + ": lines not in it", unanswered(shortest), "lines", 0),
                    Measure.atMost("window of " + windows[1] + ": lines not in it", unanswered(longer), "lines", 0),
                    Measure.of("window of 24h: lines answered by then", day.completed(), "lines"));
        }
    }

    private static long unanswered(BatchState batch) {
        return batch.total() - batch.completed();
    }

    private static Path input(Workplace workplace, String name, int lines) throws IOException {
        return InputFile.write(workplace.folder(name).resolve("lines.jsonl"), Stage.MODEL, lines, BYTES);
    }

    private static GatewayClient tenant(Stage stage, String name) {
        return new GatewayClient(stage.gateway().baseUrl(), Map.of(TENANT_HEADER, name));
    }
}
