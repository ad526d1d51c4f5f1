package io.backfill.wiring;

import io.backfill.wiring.settings.ByteSize;
import io.backfill.wiring.settings.NameList;
import io.backfill.wiring.settings.TimeSpan;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/**
 * The settings of this node, read and checked once at start. An invalid setting fails the start with a message that names its
 * key.
 */
final class Settings {
    private static final TimeSpan.FromText DURATIONS = new TimeSpan.FromText();
    private static final ByteSize.FromText SIZES = new ByteSize.FromText();
    private static final NameList.FromText LISTS = new NameList.FromText();

    private static final String SIZE = "a number of bytes such as 1048576, 512KiB or 64MiB";

    private static final Pattern BEFORE_HOST = Pattern.compile("(?s)^([A-Za-z][A-Za-z0-9+.-]*://)?.*@");

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
        UnknownSettings.refuse(config.getConfigSources());
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
        return LISTS.convert(text(setting)).names();
    }

    /** Returns the address; empty when not set. */
    Optional<URI> address(Setting setting, String example) {
        return optional(setting).isEmpty()
                ? Optional.empty()
                : Optional.of(parse(setting, "an address such as " + example, URI::create));
    }

    long number(Setting setting) {
        return parse(setting, "a whole number", Long::parseLong);
    }

    int integer(Setting setting) {
        return parse(setting, "a whole number", Integer::parseInt);
    }

    /** Returns a number of bytes. */
    long bytes(Setting setting) {
        return parse(setting, SIZE, text -> SIZES.convert(text).bytes());
    }

    /** Returns a number of bytes that fits into an array. */
    int arrayBytes(Setting setting) {
        return parse(setting, SIZE + ", less than 2GiB", text -> {
            long bytes = SIZES.convert(text).bytes();
            if (bytes != (int) bytes) {
                throw new IllegalArgumentException(text);
            }
            return (int) bytes;
        });
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
        return parse(
                setting,
                "a duration such as 500ms, 30s, 5m, 24h or 30d",
                text -> DURATIONS.convert(text).duration());
    }

    /** Returns the duration; empty for {@code never}. */
    Optional<Duration> durationOrNever(Setting setting) {
        return parse(
                setting,
                "a duration such as 12h or 90d, or never",
                text -> text.equals("never")
                        ? Optional.empty()
                        : Optional.of(DURATIONS.convert(text).duration()));
    }

    /** Returns the duration; zero also for {@code 0}, without a unit. */
    Duration durationOrZero(Setting setting) {
        return parse(
                setting,
                "a duration such as 12h or 90d, or 0",
                text -> text.equals("0")
                        ? Duration.ZERO
                        : DURATIONS.convert(text).duration());
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
}
