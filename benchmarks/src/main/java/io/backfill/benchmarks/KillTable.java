package io.backfill.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** Turns rounds into rows, phase by phase. */
final class KillTable {
    private final int inFlight;
    private final double movedAtMost;

    /** @param movedAtMost maximum seconds without progress of a batch */
    KillTable(int inFlight, double movedAtMost) {
        this.inFlight = inFlight;
        this.movedAtMost = movedAtMost;
    }

    List<Measure> rows(List<KillRound> rounds) {
        Map<String, List<KillRound>> phases = new LinkedHashMap<>();
        for (KillMoment moment : KillMoment.values()) {
            phases.put(moment.label(), new ArrayList<>());
        }
        rounds.forEach(round -> phases.computeIfAbsent(round.phase(), phase -> new ArrayList<>())
                .add(round));
        List<Measure> rows = new ArrayList<>();
        phases.forEach((phase, these) -> {
            if (!these.isEmpty()) {
                rows.addAll(rows(phase, these));
            }
        });
        return rows;
    }

    private List<Measure> rows(String phase, List<KillRound> rounds) {
        String at = phase + ": ";
        List<Measure> rows = new ArrayList<>();
        rows.add(Measure.of(at + "rounds", rounds.size(), "rounds"));
        rows.add(Measure.of(
                at + "of these in time",
                rounds.stream().filter(KillRound::inTime).count(),
                "rounds"));
        for (Blow blow : Blow.values()) {
            rows.add(Measure.of(
                    at + blow.label(),
                    rounds.stream()
                            .filter(round -> round.blow().equals(blow.label()))
                            .count(),
                    "rounds"));
        }
        rows.add(Measure.atMost(at + "lines lost", sum(rounds, KillRound::lost), "lines", 0));
        rows.add(Measure.atMost(at + "result lines repeated", sum(rounds, KillRound::repeated), "lines", 0));
        rows.add(Measure.atMost(
                at + "received again though logged", sum(rounds, KillRound::againThoughLogged), "lines", 0));
        rows.add(Measure.atMost(
                at + "received twice, most in a round",
                rounds.stream().mapToLong(KillRound::twice).max().orElse(0),
                "lines",
                inFlight));
        rows.add(Measure.atMost(
                at + "wrong counts",
                rounds.stream().filter(round -> !round.countsRight()).count(),
                "batches",
                0));
        rows.add(Measure.atMost(
                at + "until the batch moved, longest",
                rounds.stream().mapToDouble(KillRound::secondsUntilMoved).max().orElse(0),
                "s",
                movedAtMost));
        return rows;
    }

    private static long sum(List<KillRound> rounds, ToLongFunction<KillRound> figure) {
        return rounds.stream().mapToLong(figure).sum();
    }
}
