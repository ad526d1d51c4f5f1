package io.backfill.benchmarks;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Flags of a command line, {@code --name value} or {@code --name=value}. A switch has no value. */
final class Flags {
    private final Map<String, String> given;

    private Flags(Map<String, String> given) {
        this.given = Map.copyOf(given);
    }

    /**
     * Parses the flags. Throws {@link IllegalArgumentException} with a message for the user if a flag is unknown or lacks its
     * value.
     */
    static Flags parse(List<String> arguments, Set<String> withValue, Set<String> switches) {
        Map<String, String> given = new HashMap<>();
        Iterator<String> words = arguments.iterator();
        while (words.hasNext()) {
            String word = words.next();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (switches.contains(name) && equals < 0) {
                given.put(name, "");
            } else if (!withValue.contains(name)) {
                throw new IllegalArgumentException("unknown option '" + word + "'");
            } else if (equals >= 0) {
                given.put(name, word.substring(equals + 1));
            } else if (words.hasNext()) {
                given.put(name, words.next());
            } else {
                throw new IllegalArgumentException(name + " needs a value");
            }
        }
        return new Flags(given);
    }

    boolean has(String name) {
        return given.containsKey(name);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(given.get(name));
    }

    Optional<Path> path(String name) {
        return text(name).map(Path::of);
    }

    int number(String name, int otherwise) {
        String value = given.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(name + " needs a whole number, not '" + value + "'", notANumber);
        }
    }
}
