package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** The heap that a large batch needs compared with a small one, and the latency of status reads while it runs. */
final class MemoryBench implements Bench {
    private static final int SMALL = 50_000;
    private static final double BYTES_PER_MIB = 1 << 20;
    private static final double KIB_PER_MIB = 1024;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double BYTES_PER_LINE_LIMIT = 160;
    private static final double SAME_HEAP = 1.1;
    private static final double STATUS_P99_LIMIT_MILLIS = 50;
    private static final long READ_EVERY_NANOS = 10_000_000;

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String summary() {
        return "heap of a large batch, compared with one of 50,000 lines; concurrent status reads";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench memory [--lines N] [--bytes N]

                  --lines N       lines of the large batch (200000)
                  --bytes N       approximate size of a line (1024; 2048 with a million lines gives 2 GB)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--lines", "--bytes");
    }

    /** The maximum of live data in MiB. */
    private record Alive(double planning, double sending) {}

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int lines = flags.number("--lines", 200_000);
        int bytes = flags.number("--bytes", 1024);
        Path large = InputFile.write(workplace.folder("large").resolve("lines.jsonl"), Stage.MODEL, lines, bytes);
        Path small = InputFile.write(workplace.folder("small").resolve("lines.jsonl"), Stage.MODEL, SMALL, bytes);
        String room = Long.toString(Math.max(1L << 30, 2 * Files.size(large)));
        Path log = workplace.folder("gc").resolve("gc.log");
        Map<String, String> settings = Map.of(
                "BACKFILL_BATCHES_MAX_LINES", Integer.toString(Math.max(lines, SMALL)),
                "BACKFILL_BATCHES_MAX_INPUT_BYTES", room,
                "BACKFILL_FILES_MAX_BATCH_FILE_BYTES", room,
                "BACKFILL_FILES_MAX_UPLOAD_BYTES", room,
                "BACKFILL_JAVA_OPTS", HeapProbe.flag(log));
        List<Measure> rows = new ArrayList<>();
        try (Stage stage = Stage.open(workplace, 64, settings)) {
            String largeFile = stage.client().upload(large);
            String smallFile = stage.client().upload(small);
            stage.send(smallFile);
            HeapProbe heap = new HeapProbe(stage.gateway(), log);
            workplace.out().println("  collecting the heap while " + SMALL + " lines are planned and sent");
            Alive ofSmall = probe(stage, heap, smallFile);
            workplace.out().println("  the same with " + lines + " lines");
            Alive ofLarge = probe(stage, heap, largeFile);
            rows.add(Measure.within(
                    "alive while lines are sent, beside " + SMALL + " lines",
                    ofLarge.sending(),
                    "MiB",
                    ofSmall.sending(),
                    SAME_HEAP));
            rows.add(Measure.of("alive while lines are planned", ofLarge.planning(), "MiB"));
            rows.add(Measure.atMost(
                    "of that per line, over what " + SMALL + " lines need while sent",
                    (ofLarge.planning() - ofSmall.sending()) * BYTES_PER_MIB / lines,
                    "B",
                    BYTES_PER_LINE_LIMIT));
            workplace.out().println("  now " + lines + " lines undisturbed, with status reads");
            List<Double> reads = statusReads(stage, largeFile);
            rows.add(Measure.of("status read p50", Percentiles.of(reads, 0.5), "ms"));
            rows.add(Measure.atMost("status read p99", Percentiles.of(reads, 0.99), "ms", STATUS_P99_LIMIT_MILLIS));
            Machine.peakResidentKib(stage.gateway().pid())
                    .ifPresent(
                            kib -> rows.add(Measure.of("peak resident set of the server", kib / KIB_PER_MIB, "MiB")));
        }
        return rows;
    }

    private static Alive probe(Stage stage, HeapProbe heap, String file) throws IOException {
        String batch = stage.client().createBatch(file).id();
        double planning = heap.mostAlive(() -> stage.client().batch(batch), "validating");
        double sending = heap.mostAlive(() -> stage.client().batch(batch), "in_progress");
        stage.await(stage.client().batch(batch));
        return new Alive(planning, sending);
    }

    private static List<Double> statusReads(Stage stage, String file) throws IOException {
        List<Double> reads = new ArrayList<>();
        BatchState batch = stage.client().createBatch(file);
        while (!batch.isTerminal()) {
            LockSupport.parkNanos(READ_EVERY_NANOS);
            long asked = System.nanoTime();
            batch = stage.client().batch(batch.id());
            reads.add((System.nanoTime() - asked) / NANOS_PER_MILLI);
        }
        Stage.requireCompleted(batch);
        return reads;
    }
}
