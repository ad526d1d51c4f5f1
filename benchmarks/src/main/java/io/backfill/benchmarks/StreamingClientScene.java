package io.backfill.benchmarks;

import io.backfill.models.Protection;
import io.backfill.simulator.engine.EngineParameters;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * One client that streams short answers, beside a batch on the same engine in virtual time. The same was recorded with a real vLLM,
 * so that the figures can be compared.
 */
final class StreamingClientScene {
    private static final double SECONDS = 320;
    private static final double WARM_UP = 20;
    private static final int CAP = 32;
    private static final int DOCUMENTS = 40;

    private final EngineParameters parameters;
    private final PrintStream out;

    StreamingClientScene(EngineParameters parameters, PrintStream out) {
        this.parameters = parameters;
        this.out = out;
    }

    /**
     * Means over the seeds; times in milliseconds, except that of a call.
     *
     * @param callSeconds mean time of a call of the batch
     * @param itlMedian time between two tokens
     * @param tpotMedian mean time between the tokens of one answer
     */
    record Figures(
            double batchPerSecond,
            double callSeconds,
            double ttftMedian,
            double ttftTail,
            double itlMedian,
            double itlTail,
            double tpotMedian,
            double tpotTail) {
        private static Figures mean(List<SharedEngine.Result> all) {
            return new Figures(
                    mean(all, SharedEngine.Result::batchPerSecond),
                    mean(all, SharedEngine.Result::callSeconds),
                    mean(all, result -> result.firstToken(0.5)) * 1e3,
                    mean(all, result -> result.firstToken(0.95)) * 1e3,
                    mean(all, result -> result.betweenTokens(0.5)) * 1e3,
                    mean(all, result -> result.betweenTokens(0.95)) * 1e3,
                    mean(all, result -> result.meanBetweenTokens(0.5)) * 1e3,
                    mean(all, result -> result.meanBetweenTokens(0.95)) * 1e3);
        }

        private static double mean(List<SharedEngine.Result> all, ToDoubleFunction<SharedEngine.Result> figure) {
            return all.stream().mapToDouble(figure).average().orElse(Double.NaN);
        }
    }

    List<Measure> run(int seeds) {
        out.println("  engine: " + parameters);
        List<Measure> rows = new ArrayList<>();
        List<RecordedStreams> recorded = RecordedStreams.read();
        for (int calls : new int[] {0, 32, 16, 8, 4, 3, 2, 1}) {
            Figures figures = fixed(calls, seeds);
            String label = calls == 0 ? "no batch" : "fixed " + calls;
            print(label, figures);
            recorded.stream()
                    .filter(each -> each.inFlight() == calls)
                    .forEach(each -> rows.addAll(each.beside(label, figures)));
        }
        Figures ours =
                figures(seeds, engine -> new ProductControl(Optional.of(Protection.DEFAULT), CAP, engine::nanos));
        print("ours", ours);
        Figures alone = fixed(0, seeds);
        Figures unprotected = fixed(CAP, seeds);
        rows.add(Measure.beside("ours: batch, of 32", ours.batchPerSecond(), "calls/s", unprotected.batchPerSecond()));
        rows.add(Measure.beside("ours: TTFT p50, of no batch", ours.ttftMedian(), "ms", alone.ttftMedian()));
        rows.add(Measure.beside("ours: TTFT p95, of no batch", ours.ttftTail(), "ms", alone.ttftTail()));
        rows.add(Measure.beside("ours: between tokens p95, of no batch", ours.itlTail(), "ms", alone.itlTail()));
        return rows;
    }

    /** Returns the figures beside a batch with a fixed number of open calls. */
    Figures fixed(int calls, int seeds) {
        return figures(seeds, engine -> BatchControl.fixed(calls));
    }

    private interface Controls {
        BatchControl of(SharedEngine engine);
    }

    private Figures figures(int seeds, Controls controls) {
        List<SharedEngine.Result> results = new ArrayList<>();
        for (int seed = 1; seed <= seeds; seed++) {
            SharedEngine engine = new SharedEngine(parameters, new EngineUsers.OneClient(0.7, 208, 12));
            results.add(engine.run(lines(seed), controls.of(engine), SECONDS, WARM_UP));
        }
        return Figures.mean(results);
    }

    /** Returns endless lines, each of which begins with one of the documents, at random. */
    private static Iterator<PromptWorkload.Prompt> lines(long seed) {
        Random random = new Random(seed);
        return new Iterator<>() {
            private int line;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public PromptWorkload.Prompt next() {
                line++;
                return new PromptWorkload.Prompt(
                        line,
                        List.of(
                                new PromptWorkload.Segment(1 + random.nextInt(DOCUMENTS), 1300, false),
                                new PromptWorkload.Segment(1_000_000 + line, 42, false)),
                        24);
            }
        };
    }

    private void print(String label, Figures figures) {
        out.printf(
                Locale.ROOT,
                "  %-10s batch %5.2f/s  TTFT p50 %5.0f p95 %5.0f ms  between tokens p50 %5.1f p95 %5.1f ms,"
                        + " mean of an answer p50 %5.1f p95 %5.1f ms%n",
                label,
                figures.batchPerSecond(),
                figures.ttftMedian(),
                figures.ttftTail(),
                figures.itlMedian(),
                figures.itlTail(),
                figures.tpotMedian(),
                figures.tpotTail());
    }
}
