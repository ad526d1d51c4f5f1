package io.backfill.benchmarks;

import io.backfill.benchmarks.KillTrial.Findings;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Kills the server at five moments of a batch's life, restarts it, and counts the lines that were lost, repeated or sent twice. */
final class KillBench implements Bench {
    /** Short, so that a round does not mainly consist of waiting for the lease to run out. */
    private static final int LEASE_SECONDS = 5;

    private static final Set<String> PROFILES_OF_SEVERAL = Set.of("single", "cluster");

    private static final String MODEL = SimulatorOptions.DEFAULT_MODEL;

    @Override
    public String name() {
        return "kill";
    }

    @Override
    public String summary() {
        return "kill -9 at five moments, restart: lines lost, repeated, sent twice, sent again though logged";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench kill [--lines N] [--in-flight N] [--latency TIME]
                       ./backfill bench kill --profile single|cluster [--rounds N] [--continue] [--in-flight N] [--latency TIME]

                  --lines N       lines of each batch (5000)
                  --in-flight N   cap of the model (64)
                  --latency TIME  latency of each answer, as for ./backfill simulate (20ms)
                  --profile P     single: two nodes with PostgreSQL and a shared folder; cluster: with PostgreSQL, Redis and S3. Several
                                  batches of 2,000 lines; in each round the node that holds one is killed, or paused
                                  beyond its lease of 5 s and continued, or Redis is killed
                  --rounds N      number of rounds (10)
                  --continue      add these rounds to those of earlier runs
                """;
    }

    @Override
    public Set<String> flags() {
        return Set.of("--lines", "--in-flight", "--latency", "--profile", "--rounds");
    }

    @Override
    public Set<String> switches() {
        return Set.of("--continue");
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        String profile = flags.text("--profile").orElse("local");
        if (PROFILES_OF_SEVERAL.contains(profile)) {
            return new KillRounds(
                            workplace,
                            new KillRounds.Plan(
                                    profile,
                                    flags.number("--rounds", 10),
                                    flags.has("--continue"),
                                    flags.number("--in-flight", 64),
                                    flags.text("--latency").orElse("20ms"),
                                    LEASE_SECONDS))
                    .run();
        }
        if (!profile.equals("local")) {
            throw new IllegalArgumentException("--profile must be local, single or cluster, not " + profile);
        }
        int lines = flags.number("--lines", 5_000);
        int inFlight = flags.number("--in-flight", 64);
        Latency latency = Latency.parse(flags.text("--latency").orElse("20ms"));
        Path input = InputFile.write(workplace.folder("input").resolve("lines.jsonl"), MODEL, lines, 1024);
        List<Measure> rows = new ArrayList<>();
        SimulatorOptions options = SimulatorOptions.defaults().withModels(MODEL).withLatency(latency);
        try (Simulator model = Simulator.start(options)) {
            for (KillMoment moment : KillMoment.values()) {
                workplace.out().println("  killing at " + moment.label() + " ...");
                Findings found = new KillTrial(workplace, model, MODEL, inFlight, moment).run(input, lines);
                rows.addAll(rows(moment.label(), found, inFlight));
            }
        }
        return rows;
    }

    private static List<Measure> rows(String moment, Findings found, int inFlight) {
        return List.of(
                Measure.of(moment + ": killed in time", found.hit() ? 1 : 0, "yes/no"),
                Measure.of(moment + ": results in the log", found.logged(), "lines"),
                Measure.atMost(moment + ": lost", found.lost(), "lines", 0),
                Measure.atMost(moment + ": result lines repeated", found.repeated(), "lines", 0),
                Measure.atMost(moment + ": received twice", found.receivedTwice(), "lines", inFlight),
                Measure.atMost(moment + ": received again though logged", found.receivedAgain(), "lines", 0),
                Measure.of(moment + ": restart to completed", found.seconds(), "s"));
    }
}
