package io.backfill.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.benchmarks.engine.BatchWorkload;
import io.backfill.benchmarks.gateway.BatchState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * The same kind of batch in prefix order and in file order, in turns: lines per second from the first call to the last answer, and
 * the share of the prompts that the engine reports as cached.
 */
final class EngineOrder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> ORDERS = List.of("file", "prefix");
    private static final int LINES = 320;
    private static final int ANSWER_TOKENS = 4;
    private static final int WARM_UP_LINES = 32;
    private static final Duration LIMIT = Duration.ofMinutes(60);
    private static final long POLL_NANOS = 100_000_000;
    private static final double LEAST_GAIN = 3;
    private static final double MOST_MISSED = 0.02;

    private final Workplace workplace;
    private final EngineTarget target;
    private final EngineFlags flags;

    /** @param stored the bound that the gateway stores with the batch, counted in blocks of the line's bytes */
    private record Result(double linesPerSecond, double hits, double bound, double stored) {}

    EngineOrder(Workplace workplace, EngineTarget target, EngineFlags flags) {
        this.workplace = workplace;
        this.target = target;
        this.flags = flags;
    }

    List<Measure> rows() throws IOException {
        List<List<Result>> results = List.of(new ArrayList<>(), new ArrayList<>());
        try (EngineGateway gateway = EngineGateway.start(workplace, target, EngineMode.fixed(flags.inFlight()))) {
            run(gateway, "file", WARM_UP_LINES, flags.seedOf(0, -2));
            for (int round = 1; round <= flags.rounds(); round++) {
                List<Integer> turns = new ArrayList<>(List.of(0, 1));
                Collections.rotate(turns, round);
                for (int order : turns) {
                    Result result = run(
                            gateway, ORDERS.get(order), flags.lines().orElse(LINES), flags.seedOf(round, -3 - order));
                    results.get(order).add(result);
                    workplace
                            .out()
                            .printf(
                                    Locale.ROOT,
                                    "  round %d: %-6s order %6.2f lines/s, hits %.3f of %.3f (stored bound %.3f)%n",
                                    round,
                                    ORDERS.get(order),
                                    result.linesPerSecond(),
                                    result.hits(),
                                    result.bound(),
                                    result.stored());
                }
            }
        } finally {
            target.server().awaitIdle();
        }
        return table(median(results.get(0)), median(results.get(1)));
    }

    private Result run(EngineGateway gateway, String order, int lines, long seed) throws IOException {
        Path file = workplace.folder("input").resolve("lines.jsonl");
        BatchWorkload.writeShared(file, target.text(), target.body(), lines, ANSWER_TOKENS, seed);
        double before = gateway.account().answered();
        BatchState batch = gateway.begin(file, order);
        long start = System.nanoTime();
        EngineGateway.Account now = gateway.account();
        while (now.answered() - before < lines) {
            if (System.nanoTime() - start > LIMIT.toNanos()
                    || gateway.client().batch(batch.id()).isTerminal()) {
                break;
            }
            LockSupport.parkNanos(POLL_NANOS);
            now = gateway.account();
        }
        double seconds = (now.nanos() - start) / 1e9;
        BatchState end = gateway.awaitEnd(batch, LIMIT);
        Stage.requireCompleted(end);
        EngineAnswers answers = EngineAnswers.read(
                Results.fetch(gateway.client(), end, workplace.folder("output")).getFirst());
        double stored = JSON.readTree(end.json())
                .path("backfill")
                .path("prefix_cache")
                .path("bound")
                .asDouble(Double.NaN);
        target.server().awaitIdle();
        return new Result(lines / seconds, answers.hits(), answers.bound(), stored);
    }

    private static Result median(List<Result> all) {
        return new Result(
                Percentiles.median(all.stream().map(Result::linesPerSecond).toList()),
                Percentiles.median(all.stream().map(Result::hits).toList()),
                Percentiles.median(all.stream().map(Result::bound).toList()),
                Percentiles.median(all.stream().map(Result::stored).toList()));
    }

    private static List<Measure> table(Result file, Result prefix) {
        return List.of(
                Measure.against(
                        "prefix order beside file order",
                        prefix.linesPerSecond(),
                        "lines/s",
                        file.linesPerSecond(),
                        LEAST_GAIN),
                Measure.beside("file order: hits, of the bound", file.hits(), "share", prefix.bound()),
                Measure.beside("prefix order: hits, of the bound", prefix.hits(), "share", prefix.bound()),
                Measure.atMost(
                        "prefix order: below the bound in the engine's blocks",
                        prefix.bound() - prefix.hits(),
                        "share",
                        MOST_MISSED),
                Measure.of("bound stored with the batch", prefix.stored(), "share"));
    }
}
