package io.backfill.wiring;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/**
 * The settings of this node, read and checked once at start. An invalid setting fails the start with a message that names its
 * key.
 */
final class Settings {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");

    private static final Pattern BEFORE_HOST = Pattern.compile("(?s)^([A-Za-z][A-Za-z0-9+.-]*://)?.*@");

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

    /** System properties that the install scripts or the server's own configuration use. */
    private static final Set<String> SERVER_PROPERTIES = Set.of("backfill.installed", "backfill.context-root");

    private final Map<Setting, String> values = new EnumMap<>(Setting.class);
    private final List<Setting> renamed = new ArrayList<>();

    private Settings() {}

    /**
     * Reads every setting.
     *
     * @throws IllegalArgumentException for an unknown key that begins with {@code backfill.} or variable that begins with
     *     {@code BACKFILL_}
     */
    static Settings read(Config config) {
        Settings settings = new Settings();
        for (Setting setting : Setting.values()) {
            Optional<String> value = config.getOptionalValue(setting.key(), String.class);
            if (value.isEmpty() && setting.formerKey().isPresent()) {
                value = config.getOptionalValue(setting.formerKey().get(), String.class);
                value.ifPresent(old -> settings.renamed.add(setting));
            }
            settings.values.put(setting, value.map(String::trim).orElse(setting.byDefault()));
        }
        refuseUnknown(config.getPropertyNames());
        return settings;
    }

    /** The defaults, with the given changes; for tests. */
    static Settings of(Map<Setting, String> changes) {
        Settings settings = new Settings();
        for (Setting setting : Setting.values()) {
            settings.values.put(setting, changes.getOrDefault(setting, setting.byDefault()));
        }
        return settings;
    }

    private static void refuseUnknown(Iterable<String> names) {
        Set<String> unknown = new TreeSet<>();
        // MicroProfile Config lists each variable a second time under a dotted name; only the name that was set is
        // reported
        Set<String> variables = new HashSet<>();
        names.forEach(variables::add);
        for (String name : names) {
            boolean ours =
                    name.startsWith("backfill.") && Setting.ofKey(name).isEmpty() && !SERVER_PROPERTIES.contains(name);
            if (ours && !fromVariable(name) && !variables.contains(asVariable(name))) {
                unknown.add(name);
            }
            if (name.startsWith("BACKFILL_")
                    && Setting.ofVariable(name).isEmpty()
                    && !LAUNCHER_VARIABLES.contains(name)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown settings " + unknown + ". Check their spelling; docs/configuration.md lists all settings");
        }
    }

    /** Whether MicroProfile Config derived this dotted name from an environment variable. */
    private static boolean fromVariable(String name) {
        String variable = asVariable(name);
        return LAUNCHER_VARIABLES.contains(variable)
                || Setting.ofVariable(variable).isPresent();
    }

    private static String asVariable(String name) {
        return name.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** Returns the settings that were found under their former keys only. */
    List<Setting> renamed() {
        return List.copyOf(renamed);
    }

    /** The value as text; empty when not set. */
    String text(Setting setting) {
        return values.getOrDefault(setting, setting.byDefault());
    }

    /** Whether the setting has another value than its default. */
    boolean differs(Setting setting) {
        return !text(setting).equals(setting.byDefault());
    }

    /**
     * Returns the value with passwords masked. In a URL, everything between the scheme and the last {@code @} is masked,
     * whatever characters a password contains, and also when the URL is malformed, because such a value appears in the error
     * message.
     */
    String shown(Setting setting) {
        return setting.isAddress()
                ? BEFORE_HOST.matcher(text(setting)).replaceFirst("$1***@")
                : text(setting).replaceAll("(?s)://.*@", "://***@");
    }

    Optional<String> optional(Setting setting) {
        return Optional.of(text(setting)).filter(text -> !text.isEmpty());
    }

    Optional<Path> path(Setting setting) {
        String text = text(setting);
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    List<String> list(Setting setting) {
        return Arrays.stream(text(setting).split(","))
                .map(String::trim)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    long number(Setting setting) {
        return parse(setting, "a whole number", Long::parseLong);
    }

    int integer(Setting setting) {
        return parse(setting, "a whole number", Integer::parseInt);
    }

    double fraction(Setting setting) {
        return parse(setting, "a number such as 0.5", Double::parseDouble);
    }

    boolean flag(Setting setting) {
        return parse(setting, "true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        });
    }

    Duration duration(Setting setting) {
        return parse(setting, "a duration such as 500ms, 30s, 5m, 24h or 30d", Settings::parseDuration);
    }

    /** Returns the duration; empty for {@code never}. */
    Optional<Duration> durationOrNever(Setting setting) {
        return parse(
                setting,
                "a duration such as 12h or 90d, or never",
                text -> text.equals("never") ? Optional.empty() : Optional.of(parseDuration(text)));
    }

    <E extends Enum<E>> E choice(Setting setting, Class<E> choices) {
        List<String> names = Arrays.stream(choices.getEnumConstants())
                .map(choice -> choice.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        return parse(setting, "one of " + names, text -> {
            int index = names.indexOf(text);
            if (index < 0) {
                throw new IllegalArgumentException(text);
            }
            return choices.getEnumConstants()[index];
        });
    }

    /** Returns the configured name of the node, or else the name of the host. */
    String node() {
        String configured = text(Setting.NODE);
        if (!configured.isEmpty()) {
            return configured;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }

    private <T> T parse(Setting setting, String expected, Function<String, T> parser) {
        String text = text(setting);
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    setting.key() + " must be " + expected + ", not '" + shown(setting) + "'", e);
        }
    }

    private static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
