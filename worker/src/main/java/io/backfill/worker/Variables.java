package io.backfill.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Reads the environment and collects all problems, so that they are reported together. */
final class Variables {
    private static final Pattern SETTING = Pattern.compile("backfill\\.(files|s3|tracing)\\.[a-z-]+");

    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Returns the value of a variable; empty if it is not set or blank. */
    Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    /** Reads a mandatory variable. Returns empty if it is missing or wrong, which {@link #check} reports. */
    <T> Optional<T> needed(String name, String expected, Function<String, T> parser) {
        if (text(name).isEmpty()) {
            problems.add(name + " is not set; expected " + expected);
        }
        return optional(name, expected, parser);
    }

    /** Reads an optional variable. {@code parser} throws {@link IllegalArgumentException} if the value is wrong. */
    <T> Optional<T> optional(String name, String expected, Function<String, T> parser) {
        return text(name).flatMap(text -> {
            try {
                return Optional.of(parser.apply(text));
            } catch (IllegalArgumentException e) {
                problems.add(name + " must be " + expected + ", not '" + text + "'");
                return Optional.empty();
            }
        });
    }

    /** Builds a value from several variables. The message of an {@link IllegalArgumentException} names them or their settings. */
    <T> Optional<T> built(Supplier<T> maker) {
        try {
            return Optional.of(maker.get());
        } catch (IllegalArgumentException e) {
            // a pod is configured by variables only
            problem(SETTING.matcher(String.valueOf(e.getMessage()))
                    .replaceAll(key -> key.group().toUpperCase(Locale.ROOT).replaceAll("[.-]", "_")));
            return Optional.empty();
        }
    }

    void problem(String problem) {
        problems.add(problem);
    }

    /** @throws PodFailure naming all problems found so far */
    void check() throws PodFailure {
        if (!problems.isEmpty()) {
            throw new PodFailure(
                    ExitCode.CONFIGURATION, "invalid environment of this pod: " + String.join("; ", problems));
        }
    }

    static Function<String, Integer> whole(int least, int most) {
        return text -> {
            int number = Integer.parseInt(text);
            if (number < least || number > most) {
                throw new IllegalArgumentException(text);
            }
            return number;
        };
    }
}
