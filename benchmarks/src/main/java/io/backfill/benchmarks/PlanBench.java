package io.backfill.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.backfill.benchmarks.bare.SocketCopy;
import io.backfill.benchmarks.gateway.RawUpload;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.ids.BatchId;
import io.backfill.ids.IdGenerator;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The throughput of an upload and of planning in MB/s, each compared with the minimal work on the same bytes, in alternation. */
final class PlanBench implements Bench {
    private static final double LEAST_RATIO = 0.5;
    private static final double BYTES_PER_MB = 1e6;
    private static final double NANOS = 1e9;
    private static final String ENDPOINT = "/v1/chat/completions";
    private static final String INPUT_KEY = "files/input";

    @Override
    public String name() {
        return "plan";
    }

    @Override
    public String summary() {
        return "upload compared with a socket copy to disk, planning compared with a bare scan of the JSON";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench plan [--mb N] [--bytes N] [--rounds N]

                  --mb N          size of the file (200)
                  --bytes N       approximate size of a line (4096)
                  --rounds N      measured rounds of each, in alternation, after one that is not measured (5)
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--mb", "--bytes", "--rounds");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        int rounds = flags.number("--rounds", 5);
        int bytes = flags.number("--bytes", 4096);
        int lines = Math.toIntExact((long) (flags.number("--mb", 200) * BYTES_PER_MB) / bytes);
        Path input = InputFile.write(workplace.folder("input").resolve("lines.jsonl"), Stage.MODEL, lines, bytes);
        List<Measure> rows = new ArrayList<>();
        rows.add(uploads(workplace, input, rounds));
        rows.addAll(plans(workplace, input, rounds));
        return rows;
    }

    private static Measure uploads(Workplace workplace, Path input, int rounds) throws IOException {
        List<Double> ours = new ArrayList<>();
        List<Double> bares = new ArrayList<>();
        Map<String, String> room = Map.of(
                "BACKFILL_FILES_MAX_BATCH_FILE_BYTES", "4294967296", "BACKFILL_FILES_MAX_UPLOAD_BYTES", "4294967296");
        try (Stage stage = Stage.open(workplace, 64, room)) {
            Path copy = workplace.folder("copy").resolve("copy");
            for (int round = 0; round <= rounds; round++) {
                double our = rate(input, () -> RawUpload.send(stage.gateway().baseUrl(), input));
                double bare = rate(input, () -> SocketCopy.copy(input, copy));
                workplace.out().printf(Locale.ROOT, "  upload %.0f MB/s, bare %.0f MB/s%n", our, bare);
                if (round > 0) {
                    ours.add(our);
                    bares.add(bare);
                }
            }
        }
        return Measure.against(
                "upload, median of rounds", Percentiles.median(ours), "MB/s", Percentiles.median(bares), LEAST_RATIO);
    }

    private static List<Measure> plans(Workplace workplace, Path input, int rounds) throws IOException {
        DirectoryFileStore store = new DirectoryFileStore(workplace.folder("store"));
        try (InputStream bytes = Files.newInputStream(input)) {
            store.put(INPUT_KEY, bytes, Long.MAX_VALUE);
        }
        PlanConfig limits = new PlanConfig(50_000_000, Long.MAX_VALUE, 16 << 20, 32, true, PlanOrder.PREFIX);
        Planner planner = new Planner(store, limits, ENDPOINT::equals, Stage.MODEL::equals);
        IdGenerator ids = new IdGenerator(Clock.systemUTC(), new Random());
        List<Double> bares = new ArrayList<>();
        List<Double> inPrefixOrder = new ArrayList<>();
        List<Double> inFileOrder = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double prefix = rate(input, () -> plan(planner, ids.batchId(), PlanOrder.PREFIX));
            double bare = rate(input, () -> scan(input));
            double file = rate(input, () -> plan(planner, ids.batchId(), PlanOrder.FILE));
            workplace
                    .out()
                    .printf(Locale.ROOT, "  plan %.0f MB/s, in file order %.0f, bare scan %.0f%n", prefix, file, bare);
            if (round > 0) {
                inPrefixOrder.add(prefix);
                inFileOrder.add(file);
                bares.add(bare);
            }
        }
        double bare = Percentiles.median(bares);
        return List.of(
                Measure.against("plan, median of rounds", Percentiles.median(inPrefixOrder), "MB/s", bare, LEAST_RATIO),
                Measure.beside("plan in file order", Percentiles.median(inFileOrder), "MB/s", bare));
    }

    private static void plan(Planner planner, BatchId batch, PlanOrder order) throws IOException {
        PlanResult result = planner.plan(batch, ENDPOINT, INPUT_KEY, order, () -> false);
        if (!(result instanceof PlanResult.Planned)) {
            throw new IOException("planning failed: " + result);
        }
    }

    private static void scan(Path input) throws IOException {
        long tokens = 0;
        try (JsonParser json = new JsonFactory().createParser(input.toFile())) {
            while (json.nextToken() != null) {
                tokens++;
            }
        }
        if (tokens == 0) {
            throw new IOException("nothing to scan");
        }
    }

    /** Work on all bytes of the input. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static double rate(Path input, Work work) throws IOException {
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / NANOS;
        return Files.size(input) / BYTES_PER_MB / seconds;
    }
}
