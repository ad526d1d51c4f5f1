package io.backfill.wiring;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Rejects names that look like settings of this application and are none. */
final class UnknownSettings {
    private static final String PROPERTY = "backfill.";
    private static final String VARIABLE = "BACKFILL_";

    /** Variables that the launcher and the server's own configuration read; they are not settings of the application. */
    private static final Set<String> LAUNCHER_VARIABLES = Set.of(
            "BACKFILL_HTTP_PORT",
            "BACKFILL_MANAGEMENT_PORT",
            "BACKFILL_MANAGEMENT_BIND_ADDRESS",
            "BACKFILL_JAVA_OPTS",
            "BACKFILL_DB_URL",
            "BACKFILL_DB_DIRECT_URL",
            "BACKFILL_DB_USER",
            "BACKFILL_DB_PASSWORD",
            "BACKFILL_DB_DRIVER",
            "BACKFILL_DB_TIMEOUT",
            "BACKFILL_DB_CHECK",
            "BACKFILL_DATA_DIR");

    /** Properties with which the scripts for an existing server parameterize it. */
    private static final Set<String> SERVER_PROPERTIES = Set.of("backfill.context-root", "backfill.installed");

    private static final int SYSTEM_PROPERTIES = 400;

    /** A name that differs from a known one in more characters is not taken for a misspelling of it. */
    private static final int MOST_EDITS = 3;

    private UnknownSettings() {}

    /** @throws IllegalArgumentException with all unknown names, and for each the most similar known name */
    static void refuse(Iterable<ConfigSource> sources) {
        Map<String, String> unknown = new TreeMap<>();
        for (ConfigSource source : sources) {
            Set<String> names = new HashSet<>(source.getPropertyNames());
            for (String name : names) {
                boolean property = name.startsWith(PROPERTY)
                        && Setting.ofKey(name).isEmpty()
                        && !SERVER_PROPERTIES.contains(name)
                        && !(isOfServer(source) && (isVariable(asVariable(name)) || names.contains(asVariable(name))));
                boolean variable = name.startsWith(VARIABLE) && !isVariable(name);
                if (property || variable) {
                    unknown.put(
                            name,
                            nearest(name)
                                    .map(known -> name + " (did you mean " + known + "?)")
                                    .orElse(name));
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("unknown settings " + unknown.values()
                    + ". Check their spelling; docs/configuration.md lists all settings");
        }
    }

    /**
     * Whether a source may list a variable under a dotted name. The environment does, by the rule of MicroProfile Config, and so do the
     * variables of Open Liberty's {@code server.xml}. Properties, whose ordinals that specification gives, have their exact names.
     */
    private static boolean isOfServer(ConfigSource source) {
        return source.getOrdinal() != SYSTEM_PROPERTIES && source.getOrdinal() != ConfigSource.DEFAULT_ORDINAL;
    }

    private static boolean isVariable(String name) {
        return Setting.ofVariable(name).isPresent() || LAUNCHER_VARIABLES.contains(name);
    }

    private static String asVariable(String name) {
        return name.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static Optional<String> nearest(String name) {
        Stream<String> known = name.startsWith(PROPERTY)
                ? Arrays.stream(Setting.values()).map(Setting::key)
                : Stream.concat(Arrays.stream(Setting.values()).map(Setting::variable), LAUNCHER_VARIABLES.stream());
        return known.filter(other -> edits(name, other) <= MOST_EDITS)
                .min(Comparator.comparingInt((String other) -> edits(name, other))
                        .thenComparing(other -> other));
    }

    /** Returns the smallest number of characters to insert, delete or replace that turns one name into the other. */
    private static int edits(String name, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, column -> column);
        for (int i = 1; i <= name.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (name.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
