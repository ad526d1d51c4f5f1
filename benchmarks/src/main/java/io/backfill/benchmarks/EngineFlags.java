package io.backfill.benchmarks;

import io.backfill.benchmarks.engine.BatchWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The flags of {@code bench engine}, without those of the engine itself.
 *
 * @param limits the fixed limits, without {@code inFlight}
 * @param ttft time to first token to stay within, such as {@code 300ms}
 * @param itl time between tokens
 * @param modes the kinds of modes to run
 * @param lines length of a batch; empty if it follows from the engine's speed
 * @param order of the batch's lines, {@code prefix} or {@code file}
 */
record EngineFlags(
        int rounds,
        long seed,
        Duration measured,
        Duration warmUp,
        Optional<String> workload,
        int inFlight,
        List<Integer> limits,
        Optional<String> ttft,
        Optional<String> itl,
        List<String> modes,
        OptionalInt lines,
        String order,
        Optional<Path> picture) {
    private static final List<String> MODES = List.of("alone", "unprotected", "fixed", "ours", "targets");
    private static final Pattern TIME = Pattern.compile("(\\d{1,6})(ms|s)");
    private static final long PRIME = 1_000_003;

    /** Reads the flags. */
    static EngineFlags of(Flags flags, int seconds) {
        List<String> modes = flags.text("--modes").map(EngineFlags::words).orElse(MODES);
        if (!MODES.containsAll(modes)) {
            throw new IllegalArgumentException("--modes may list " + String.join(", ", MODES));
        }
        flags.text("--ttft").ifPresent(EngineFlags::millis);
        flags.text("--itl").ifPresent(EngineFlags::millis);
        return new EngineFlags(
                positive(flags, "--rounds", 5),
                flags.has("--seed")
                        ? flags.number("--seed", 0)
                        : ThreadLocalRandom.current().nextInt(1 << 30),
                Duration.ofSeconds(positive(flags, "--seconds", seconds)),
                Duration.ofSeconds(flags.number("--warm-up", 20)),
                flags.text("--workload"),
                positive(flags, "--in-flight", 32),
                words(flags.text("--limits").orElse("1,2,4,8,16")).stream()
                        .map(EngineFlags::limit)
                        .toList(),
                flags.text("--ttft"),
                flags.text("--itl"),
                modes,
                flags.has("--lines") ? OptionalInt.of(positive(flags, "--lines", 1)) : OptionalInt.empty(),
                order(flags.text("--batch-order").orElse("prefix")),
                flags.path("--picture"));
    }

    private static int positive(Flags flags, String name, int otherwise) {
        int value = flags.number(name, otherwise);
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1");
        }
        return value;
    }

    private static String order(String name) {
        if (!List.of("prefix", "file").contains(name)) {
            throw new IllegalArgumentException("--batch-order must be prefix or file, not '" + name + "'");
        }
        return name;
    }

    private static int limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit > 0) {
                return limit;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("--limits needs numbers, not '" + text + "'", notANumber);
        }
        throw new IllegalArgumentException("--limits must be at least 1");
    }

    private static List<String> words(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).toList();
    }

    /** Returns the milliseconds of a duration such as {@code 300ms} or {@code 2s}. */
    static double millis(String time) {
        Matcher parts = TIME.matcher(time);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + time + "' is not a duration such as 300ms or 2s");
        }
        return Long.parseLong(parts.group(1)) * (parts.group(2).equals("s") ? 1000.0 : 1.0);
    }

    static BatchWorkload workload(String name) {
        try {
            return BatchWorkload.valueOf(name.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "--workload must be shared, short, long, output or mix, not '" + name + "'", unknown);
        }
    }

    /** Returns the seed of one run. */
    long seedOf(int round, int mode) {
        return (seed * PRIME + round) * PRIME + mode;
    }
}
