package io.backfill.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * The effect of one misbehaving tenant on another tenant that uses a different model: on its rate, pick-up time, status reads and
 * lines.
 */
final class HarmBench implements Bench {
    private static final double LEAST_RATIO = 0.95;
    private static final double LONGEST_PICKUP_SECONDS = 2;
    private static final double READ_P99_MILLIS = 250;
    private static final double READ_P99_MILLIS_BESIDE_CLIENTS = 50;
    private static final int SETTLE_SECONDS = 5;
    /** The number of runs that one batch of the victim lasts. */
    private static final int BATCH_RUNS = 4;

    private static final long A_SECOND = 1_000_000_000;
    private static final String ALL = "all";
    private static final String INFRASTRUCTURE = "infrastructure";

    @Override
    public String name() {
        return "harm";
    }

    @Override
    public String summary() {
        return "a victim alone and with each of about thirty bad neighbors: its rate, start and status reads";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench harm [flags]

                  --offenders LIST  comma-separated names or groups (all); groups: memory, batches, replicas, clients,
                                    infrastructure
                  --runs N          runs with each offender; reports the median ratio and the worst of the other figures (3)
                  --seconds N       duration of a run, and of a run of the victim alone, of which the better of two counts (30)
                  --outage N        seconds of each outage of the infrastructure; each is run once (60)
                  --heap SIZE       heap of the gateway, such as 1g or 512m (1g)

                The victim has 32 calls in flight at 50 ms. The offenders of a group run one after the other with the same gateway;
                an offender given by name gets its own gateway. Their clients and model servers run at nice 19.
                """
                + Offenders.all().stream()
                        .map(offender -> String.format(
                                Locale.ROOT,
                                "  %-14s %s%n",
                                offender.group().name().toLowerCase(Locale.ROOT),
                                offender.name()))
                        .collect(Collectors.joining("", "\n", ""))
                + Outage.all().keySet().stream()
                        .map(name -> String.format(Locale.ROOT, "  %-14s %s%n", INFRASTRUCTURE, name))
                        .collect(Collectors.joining());
    }

    @Override
    public Set<String> flags() {
        return Set.of("--offenders", "--runs", "--seconds", "--outage", "--heap");
    }

    /** The parameters of the measurement; times in seconds. */
    private record Terms(int runs, int seconds, String heap) {}

    /** The measurements of a victim during an offender. */
    private record Run(HarmVictim.Share beside, long lost, List<String> faults) {
        double linesPerSecond() {
            return beside.linesPerSecond();
        }
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        List<String> words = List.of(flags.text("--offenders").orElse(ALL).split(",", -1));
        Terms terms = new Terms(
                flags.number("--runs", 3),
                flags.number("--seconds", 30),
                flags.text("--heap").orElse("1g"));
        List<Offender> chosen = chosen(words);
        List<Measure> rows = new ArrayList<>();
        for (Offender.Group group : Offender.Group.values()) {
            List<Offender> left = chosen.stream()
                    .filter(offender -> offender.group() == group)
                    .toList();
            while (!left.isEmpty()) {
                left = left.subList(beside(workplace, left, terms, rows), left.size());
            }
        }
        for (Map.Entry<String, Outage.Kind> outage : Outage.all().entrySet()) {
            if (words.stream().anyMatch(word -> isOutage(word) && names(word, outage.getKey()))) {
                rows.addAll(HarmOutage.run(
                        workplace, outage.getKey(), outage.getValue(), flags.number("--outage", 60), terms.heap()));
            }
        }
        return rows;
    }

    private static boolean isOutage(String word) {
        return Set.of(ALL, INFRASTRUCTURE).contains(word) || Outage.all().containsKey(word);
    }

    /** Returns whether a word of the list denotes this name. */
    private static boolean names(String word, String name) {
        return Set.of(ALL, INFRASTRUCTURE, name).contains(word);
    }

    private static void print(Workplace workplace, Offender offender, int run, double alone, Run one) {
        workplace
                .out()
                .printf(
                        Locale.ROOT,
                        "  %s, run %d: %.0f lines/s alone, %.0f beside (%.3f); start %.2f s, status p99 %.0f ms; %d lost %s%n",
                        offender.name(),
                        run,
                        alone,
                        one.linesPerSecond(),
                        one.linesPerSecond() / alone,
                        one.beside().worstPickup(),
                        one.beside().readP99(),
                        one.lost(),
                        one.faults());
    }

    private static List<Offender> chosen(List<String> words) {
        List<Offender> chosen = new ArrayList<>();
        for (String word : words) {
            List<Offender> matching = Offenders.all().stream()
                    .filter(offender -> word.equals(ALL)
                            || word.equals(offender.name())
                            || word.equalsIgnoreCase(offender.group().name()))
                    .toList();
            if (matching.isEmpty() && !isOutage(word)) {
                throw new IllegalArgumentException("unknown offender or group '" + word + "'; --help lists them");
            }
            chosen.addAll(matching);
        }
        return chosen;
    }

    /**
     * Measures a victim during one offender after the other with the same gateway. Adds their rows and returns how many were
     * measured. Stops after an offender that leaves the gateway unable to serve the next one.
     */
    private static int beside(Workplace workplace, List<Offender> offenders, Terms terms, List<Measure> rows)
            throws IOException {
        try (HarmScene scene = HarmScene.open(workplace, offenders, terms.heap());
                HarmVictim victim = HarmVictim.begin(scene, BATCH_RUNS * terms.seconds())) {
            victim.warmUp();
            double alone = Math.max(
                    victim.measure(terms.seconds()).linesPerSecond(),
                    victim.measure(terms.seconds()).linesPerSecond());
            for (int done = 1; done <= offenders.size(); done++) {
                Offender offender = offenders.get(done - 1);
                List<Run> runs = new ArrayList<>();
                for (int run = 1; run <= terms.runs(); run++) {
                    Run one = one(scene, victim, offender, run, terms.seconds());
                    print(workplace, offender, run, alone, one);
                    runs.add(one);
                }
                rows.addAll(rows(offender, alone, runs));
                if (done == offenders.size() || !makesPlace(workplace, scene)) {
                    if (scene.gateway().isAlive()) {
                        rows.add(Measure.atMost(
                                "the victim up to " + offender.name() + ": lines lost",
                                victim.linesWithoutAnswer(),
                                "lines",
                                0));
                    }
                    return done;
                }
            }
            throw new IllegalStateException("the loop must end with the last offender");
        }
    }

    private static boolean makesPlace(Workplace workplace, HarmScene scene) {
        try {
            scene.endOffender();
            return scene.gatewayFaults().isEmpty();
        } catch (IOException left) {
            workplace.out().println("  starting a new gateway for the remaining offenders: " + left.getMessage());
            return false;
        }
    }

    private static Run one(HarmScene scene, HarmVictim victim, Offender offender, int run, int seconds) {
        try {
            if (run == 1 || offender.isBrief()) {
                offender.deed().begin(scene);
                pause(SETTLE_SECONDS);
            }
            HarmVictim.Share beside = victim.measure(seconds);
            return new Run(beside, offender.loss().lines(scene), scene.gatewayFaults());
        } catch (IOException gone) {
            List<String> faults = new ArrayList<>(scene.gatewayFaults());
            faults.add(String.valueOf(gone.getMessage()));
            List<Double> never = List.of(Double.POSITIVE_INFINITY);
            return new Run(new HarmVictim.Share(0, never, never), 0, faults);
        }
    }

    private static List<Measure> rows(Offender offender, double alone, List<Run> runs) {
        double rate = Percentiles.median(runs.stream().map(Run::linesPerSecond).toList());
        double pickup = Percentiles.most(
                runs.stream().map(run -> run.beside().worstPickup()).toList());
        double reads = Percentiles.most(
                runs.stream().map(run -> run.beside().readP99()).toList());
        double lost =
                Percentiles.most(runs.stream().map(run -> (double) run.lost()).toList());
        double faults = runs.stream().mapToLong(run -> run.faults().size()).sum();
        String name = offender.name();
        return List.of(
                Measure.against(name + ": victim", rate, "lines/s", alone, LEAST_RATIO),
                Measure.atMost(name + ": create to first line", pickup, "s", LONGEST_PICKUP_SECONDS),
                Measure.atMost(
                        name + ": status read p99",
                        reads,
                        "ms",
                        offender.group() == Offender.Group.CLIENTS ? READ_P99_MILLIS_BESIDE_CLIENTS : READ_P99_MILLIS),
                Measure.atMost(name + ": lines lost", lost, "lines", 0),
                Measure.atMost(name + ": ends, memory that ran out", faults, "", 0));
    }

    private static void pause(int seconds) {
        long end = System.nanoTime() + seconds * A_SECOND;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
