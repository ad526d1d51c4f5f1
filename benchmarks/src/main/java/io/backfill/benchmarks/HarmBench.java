package io.backfill.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** What one bad neighbour takes away from another tenant on another model: its rate, its start, its status reads, its lines. */
final class HarmBench implements Bench {
    private static final double LEAST_RATIO = 0.95;
    private static final double LONGEST_PICKUP_SECONDS = 2;
    private static final double READ_P99_MILLIS = 250;
    private static final double READ_P99_MILLIS_BESIDE_CLIENTS = 50;
    private static final int SETTLE_SECONDS = 5;
    private static final long A_SECOND = 1_000_000_000;
    private static final String ALL = "all";
    private static final String INFRASTRUCTURE = "infrastructure";

    @Override
    public String name() {
        return "harm";
    }

    @Override
    public String summary() {
        return "a victim alone and beside each of some thirty bad neighbours: its rate, start and status reads";
    }

    @Override
    public String help() {
        return """
                usage: ./backfill bench harm [flags]

                  --offenders LIST  names or groups, separated by commas (all); groups: memory, batches, replicas, clients,
                                    infrastructure
                  --runs N          runs of each, with a gateway of its own each; the median ratio counts, the worst of the rest (3)
                  --seconds N       how long the victim is measured, alone and beside the offender (30)
                  --outage N        seconds of each outage of the infrastructure, which is run once (60)
                  --heap SIZE       of the gateway, such as 1g or 512m (1g)

                The victim: 32 calls in flight at 50 ms. The offender's clients and model servers run at nice 19.
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

    /** One run. */
    private record Run(double alone, HarmVictim.Share beside, long lost, List<String> faults) {
        double ratio() {
            return beside.linesPerSecond() / alone;
        }
    }

    @Override
    public List<Measure> run(Workplace workplace, Flags flags) throws IOException {
        List<String> words = List.of(flags.text("--offenders").orElse(ALL).split(",", -1));
        List<Offender> chosen = chosen(words);
        int runs = flags.number("--runs", 3);
        int seconds = flags.number("--seconds", 30);
        String heap = flags.text("--heap").orElse("1g");
        List<Measure> rows = new ArrayList<>();
        for (Offender offender : chosen) {
            List<Run> done = new ArrayList<>();
            for (int run = 1; run <= runs; run++) {
                Run one = one(workplace, offender, seconds, heap);
                print(workplace, offender, run, one);
                done.add(one);
            }
            rows.addAll(rows(offender, done));
        }
        for (Map.Entry<String, Outage.Kind> outage : Outage.all().entrySet()) {
            if (words.stream().anyMatch(word -> isOutage(word) && names(word, outage.getKey()))) {
                rows.addAll(HarmOutage.run(
                        workplace, outage.getKey(), outage.getValue(), flags.number("--outage", 60), heap));
            }
        }
        return rows;
    }

    private static boolean isOutage(String word) {
        return Set.of(ALL, INFRASTRUCTURE).contains(word) || Outage.all().containsKey(word);
    }

    /** Whether a word of the list means what has that name. */
    private static boolean names(String word, String name) {
        return Set.of(ALL, INFRASTRUCTURE, name).contains(word);
    }

    private static void print(Workplace workplace, Offender offender, int run, Run one) {
        workplace
                .out()
                .printf(
                        Locale.ROOT,
                        "  %s, run %d: %.0f lines/s alone, %.0f beside (%.3f); start %.2f s, status p99 %.0f ms; %d lost %s%n",
                        offender.name(),
                        run,
                        one.alone(),
                        one.beside().linesPerSecond(),
                        one.ratio(),
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
                throw new IllegalArgumentException("there is no offender or group '" + word + "'; --help lists them");
            }
            chosen.addAll(matching);
        }
        return chosen;
    }

    private static Run one(Workplace workplace, Offender offender, int seconds, String heap) throws IOException {
        try (HarmScene scene = HarmScene.open(workplace, offender, heap);
                HarmVictim victim = HarmVictim.begin(scene, 2 * seconds + 12 * SETTLE_SECONDS)) {
            victim.warmUp();
            double alone = victim.measure(seconds).linesPerSecond();
            HarmVictim.Share beside = null;
            List<String> faults = new ArrayList<>();
            try {
                offender.begin(scene);
                pause(SETTLE_SECONDS);
                beside = victim.measure(seconds);
            } catch (IOException gone) {
                faults.add(String.valueOf(gone.getMessage()));
            }
            faults.addAll(scene.gatewayFaults());
            if (beside == null) {
                beside = new HarmVictim.Share(0, List.of(Double.POSITIVE_INFINITY), List.of(Double.POSITIVE_INFINITY));
            }
            long lost = faults.isEmpty() ? offender.lost(scene) + victim.linesWithoutAnswer() : 0;
            return new Run(alone, beside, lost, faults);
        }
    }

    private static List<Measure> rows(Offender offender, List<Run> runs) {
        double ratio = Percentiles.median(runs.stream().map(Run::ratio).toList());
        double alone = Percentiles.median(runs.stream().map(Run::alone).toList());
        double pickup = Percentiles.most(
                runs.stream().map(run -> run.beside().worstPickup()).toList());
        double reads = Percentiles.most(
                runs.stream().map(run -> run.beside().readP99()).toList());
        double lost = runs.stream().mapToLong(Run::lost).sum();
        double faults = runs.stream().mapToLong(run -> run.faults().size()).sum();
        String name = offender.name();
        return List.of(
                Measure.against(name + ": victim", ratio * alone, "lines/s", alone, LEAST_RATIO),
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
