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
                usage: ./backfill bench engine --url URL --model NAME [--interactive] [flags]

                Measures an engine that is already running, such as vLLM. The engine should have nothing else to do. The bench
                starts a gateway of its own for every run, so nothing learned in one run helps the next, and all prompts
                are new in every run, so that no run finds those of another in the engine's cache.

                  --url URL           address of the engine, with or without /v1
                  --model NAME        name of the model there
                  --api-key-file FILE sent as Authorization: Bearer
                  --rounds N          runs of each mode, in turns; the table has the medians (5)
                  --seed N            of all prompts (random)

                  --interactive       one streaming user (200 tokens in, 12 out, a request every 0.7 s or, if the one before
                                      took longer, at once) alone, beside an unprotected batch, beside fixed limits, beside
                                      ours. Writes a picture
                  --seconds N         measured time of each run (60)
                  --warm-up N         seconds before that, from the batch's first call on (20)
                  --workload W        lines of the batch: shared (default; 40 shared prompts of 1,300 tokens, 24 out),
                                      short (50 in, 16 out), long (2,000 in, 16 out), output (50 in, 192 to 320 out) or
                                      mix (the last three in turns)
                  --in-flight N       max-in-flight of unprotected and ours (32)
                  --limits A,B        fixed limits (1,2,4,8,16)
                  --ttft T --itl T    latency targets, such as 300ms and 40ms: adds a mode with them, and counts the requests
                                      that meet both; the second applies to the mean time between the tokens of an answer
                  --modes A,B         only these of alone, unprotected, fixed, ours and targets (all)
                  --lines N           lines of each batch (as many as the engine answers in three times the time, by a run of
                                      ten seconds that is made first)
                  --picture FILE      where the picture is written (benchmarks/results/engine-interactive-<time>.svg)
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
        return Set.of("--interactive");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        if (!flags.has("--interactive")) {
            throw new IllegalArgumentException("--interactive is needed");
        }
        List<Measure> rows = new ArrayList<>();
        try (EngineTarget target = EngineTarget.of(workplace, flags)) {
            rows.addAll(new EngineInteractive(workplace, target, EngineFlags.of(flags, 60)).rows());
        }
        return rows;
    }
}
