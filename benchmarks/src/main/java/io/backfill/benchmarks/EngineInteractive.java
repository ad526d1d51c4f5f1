package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.BatchWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What one interactive user of an engine feels while a batch runs there, under different limits. */
final class EngineInteractive {
    /** Added to the length of a batch: its start, and the time in which the user's last request ends. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private final Workplace workplace;
    private final EngineTarget target;
    private final EngineFlags flags;
    private final BatchWorkload workload;
    private final UserLatency.Targets targets;

    EngineInteractive(Workplace workplace, EngineTarget target, EngineFlags flags) {
        this.workplace = workplace;
        this.target = target;
        this.flags = flags;
        this.workload = EngineFlags.workload(flags.workload().orElse("shared"));
        this.targets = new UserLatency.Targets(
                flags.ttft().map(EngineFlags::millis).orElse(Double.NaN),
                flags.itl().map(EngineFlags::millis).orElse(Double.NaN));
    }

    /** Runs all modes in turns, and writes the picture. */
    List<Measure> rows() throws IOException {
        List<EngineMode> modes = modes();
        Duration whole = flags.warmUp().plus(flags.measured()).plus(MARGIN);
        int lines = EngineLines.lasting(workplace, target, workload, flags, whole);
        EngineRun run = new EngineRun(
                workplace, target, workload, lines, flags.order(), flags.warmUp(), flags.measured(), true);
        Map<EngineMode, List<UserResult>> results = new HashMap<>();
        for (int round = 1; round <= flags.rounds(); round++) {
            List<EngineMode> order = new ArrayList<>(modes);
            Collections.rotate(order, 1 - round);
            for (EngineMode mode : order) {
                EngineRun.Outcome outcome = run.of(mode, flags.seedOf(round, modes.indexOf(mode)));
                UserResult result = new UserResult(
                        outcome.linesPerSecond(), outcome.limit(), UserLatency.of(outcome.streams(), targets));
                results.computeIfAbsent(mode, _ -> new ArrayList<>()).add(result);
                workplace.out().println("  round " + round + ": " + result.line(mode.label()));
            }
        }
        List<UserResult.OfMode> medians = new ArrayList<>();
        for (EngineMode mode : modes) {
            medians.add(new UserResult.OfMode(mode, UserResult.median(results.getOrDefault(mode, List.of()))));
        }
        draw(medians);
        return UserTable.rows(medians);
    }

    private List<EngineMode> modes() {
        List<EngineMode> modes = new ArrayList<>();
        for (String kind : flags.modes()) {
            switch (kind) {
                case "alone" -> modes.add(EngineMode.ALONE);
                case "unprotected" -> modes.add(EngineMode.unprotected(flags.inFlight()));
                case "fixed" -> flags.limits().forEach(limit -> modes.add(EngineMode.fixed(limit)));
                case "ours" -> modes.add(EngineMode.ours(flags.inFlight()));
                default -> {
                    List<String> given = new ArrayList<>();
                    flags.ttft().ifPresent(time -> given.add("ttft: " + time));
                    flags.itl().ifPresent(time -> given.add("itl: " + time));
                    if (!given.isEmpty()) {
                        modes.add(EngineMode.targets(flags.inFlight(), given));
                    }
                }
            }
        }
        return modes;
    }

    private void draw(List<UserResult.OfMode> medians) throws IOException {
        Path file = flags.picture()
                .orElse(workplace
                        .home()
                        .resolve("benchmarks/results/engine-interactive-"
                                + Clock.systemUTC()
                                        .instant()
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .toString()
                                        .replaceAll("[-:]", "")
                                + ".svg"));
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        String title = String.format(
                Locale.ROOT,
                "One interactive user beside a batch: %s, workload %s in %s order, %s of %d s",
                target.server().model(),
                workload.name().toLowerCase(Locale.ROOT),
                flags.order(),
                flags.rounds() == 1 ? "one round" : "medians of " + flags.rounds() + " rounds",
                flags.measured().toSeconds());
        Files.writeString(file, UserTable.picture(title, medians).svg());
        workplace.out().println("  picture written to " + file);
    }
}
