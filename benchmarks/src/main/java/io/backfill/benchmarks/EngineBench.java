package io.backfill.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A running engine behind a gateway: prefix order beside file order, what an interactive user feels while a batch runs, and the
 * throughput of the limit beside fixed ones.
 */
final class EngineBench implements Bench {
    private static final int INTERACTIVE_SECONDS = 60;
    private static final int SWEEP_SECONDS = 300;

    @Override
    public String name() {
        return "engine";
    }

    @Override
    public String summary() {
        return "a running OpenAI-compatible engine: interactive latency beside a batch, order of lines, limits";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench engine --url URL --model NAME [--order] [--interactive] [--sweep] [flags]

                Measures an engine that is already running, such as vLLM, and should have nothing else to do. The bench starts
                gateways of its own: a new one for every run of --interactive and --sweep, so nothing that one run learned helps
                the next. All prompts are new in every run, so no run finds those of another in the engine's cache.

                  --url URL           address of the engine, with or without /v1
                  --model NAME        name of the model there
                  --api-key-file FILE sent as Authorization: Bearer
                  --rounds N          runs of each mode, in turns; the table has the medians (5)
                  --seed N            of all prompts (random)
                  --in-flight N       max-in-flight of --order, and of the modes unprotected, ours and targets (32)
                  --lines N           lines of each batch (--order: 320; otherwise as many as the engine answers in three times
                                      the time, by a run of ten seconds that is made first)

                --order               prefix order beside file order: 40 shared prompts of 1,300 tokens, shuffled, 4 tokens out.
                                      The default if no other part is given. Hits are those of the answers' usage; their
                                      bound counts every shared prompt as computed once, in whole blocks of the engine

                --interactive         one streaming user (200 tokens in, 12 out, a request every 0.7 s or, if the one before took
                                      longer, at once): alone, and beside a batch that is not protected, that has fixed
                                      limits, and that has the defaults. Writes a picture
                  --seconds N         measured time of each run (60)
                  --warm-up N         seconds before that, from the batch's first call on (20)
                  --workload W        lines of the batch: shared (as for --order, but 24 out), short (50 tokens in, 16 out),
                                      long (2,000 in, 16 out), output (50 in, 192 to 320 out) or mix (the last three in turns)
                                      (shared)
                  --batch-order O     order of the batch's lines: prefix, the default of the gateway, or file (prefix)
                  --limits A,B        fixed limits (1,2,4,8,16)
                  --modes A,B         only these of alone, unprotected, fixed, ours (the defaults) and targets (all)
                  --ttft T, --itl T   latency targets, such as 300ms and 40ms: adds the mode targets, the defaults and these,
                                      and counts the requests that meet both. The second applies to the mean time between
                                      the tokens of an answer
                  --picture FILE      of latency over throughput (benchmarks/results/engine-interactive-<time>.svg)

                --sweep               throughput of the defaults and of fixed limits without the user, for each of short, long, output and
                                      mix; and the time from the first call to the first minute, in steps of 5 s, with 0.97
                                      of the rate of the run's second half
                  --seconds N         measured time of each run (300)
                  --warm-up, --workload, --batch-order, --limits, --modes as above
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of(
                "--url",
                "--model",
                "--api-key-file",
                "--rounds",
                "--seed",
                "--seconds",
                "--warm-up",
                "--workload",
                "--batch-order",
                "--in-flight",
                "--limits",
                "--ttft",
                "--itl",
                "--modes",
                "--lines",
                "--picture");
    }

    @Override
    public Set<String> switches() {
        return Set.of("--order", "--interactive", "--sweep");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        List<Measure> rows = new ArrayList<>();
        try (EngineTarget target = EngineTarget.of(workplace, flags)) {
            boolean none = !flags.has("--interactive") && !flags.has("--sweep");
            if (flags.has("--order") || none) {
                rows.addAll(new EngineOrder(workplace, target, EngineFlags.of(flags, INTERACTIVE_SECONDS)).rows());
            }
            if (flags.has("--interactive")) {
                rows.addAll(
                        new EngineInteractive(workplace, target, EngineFlags.of(flags, INTERACTIVE_SECONDS)).rows());
            }
            if (flags.has("--sweep")) {
                rows.addAll(new EngineSweep(workplace, target, EngineFlags.of(flags, SWEEP_SECONDS)).rows());
            }
        }
        return rows;
    }
}
