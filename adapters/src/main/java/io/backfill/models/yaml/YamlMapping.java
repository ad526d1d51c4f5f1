package io.backfill.models.yaml;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A mapping in the models file, read by key. Keeps the position of every key and value, so that every error names the file, the line,
 * the key and the expected value.
 */
final class YamlMapping {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern SHARE = Pattern.compile("1(?:\\.0{1,9})?|0?\\.[0-9]{1,9}");
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");

    /** The node of a key, which has its position, and the node of its value. */
    private record Entry(Node key, Node value) {}

    private final Path file;
    private final String where;
    private final Node node;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** @param where description of the mapping for messages, such as {@code model 'x'}; empty for the whole file */
    YamlMapping(Path file, String where, Node node) throws ModelsFileException {
        this.file = file;
        this.where = where;
        this.node = node;
        if (!(node instanceof MappingNode mapping)) {
            throw wrong(node, (where.isEmpty() ? "" : where + ": ") + "expected keys and values");
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw wrong(tuple.getKeyNode(), "expected a name as the key");
            }
            if (entries.put(key.getValue(), new Entry(key, tuple.getValueNode())) != null) {
                throw wrong(key, "duplicate key '" + key.getValue() + "'" + inWhere());
            }
        }
    }

    Set<String> keys() {
        return entries.keySet();
    }

    /** Requires that the mapping has no other keys than {@code known}. */
    void allowOnly(Set<String> known) throws ModelsFileException {
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw wrong(
                        entry.getValue().key,
                        "unknown key '" + entry.getKey() + "'" + inWhere() + "; expected one of "
                                + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /** Returns the mapping at {@code key}, or empty if the key is absent or null. */
    Optional<YamlMapping> mapping(String key, String name) throws ModelsFileException {
        Entry entry = entries.get(key);
        return entry == null || isNull(entry.value)
                ? Optional.empty()
                : Optional.of(new YamlMapping(file, name, entry.value));
    }

    /** Returns true if the value of {@code key} is a scalar, not a mapping or a list. */
    boolean isText(String key) {
        Entry entry = entries.get(key);
        return entry != null && entry.value instanceof ScalarNode;
    }

    /** Returns the number at {@code key}, which must be above 0 and at most 1. */
    Optional<Double> share(String key) throws ModelsFileException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        String expected = "a number above 0 and at most 1";
        String text = scalar(key, entry.value, expected);
        if (!SHARE.matcher(text).matches() || Double.parseDouble(text) <= 0) {
            throw notExpected(key, expected);
        }
        return Optional.of(Double.parseDouble(text));
    }

    Optional<String> text(String key) throws ModelsFileException {
        Entry entry = entries.get(key);
        return entry == null ? Optional.empty() : Optional.of(scalar(key, entry.value, "a string"));
    }

    /**
     * Returns the list of scalars and mappings at {@code key}. A single scalar or mapping counts as a list of one element.
     *
     * @param name description of an element that is a mapping, for messages
     * @param expected description of the expected value, for messages
     */
    List<YamlItem> items(String key, String name, String expected) throws ModelsFileException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return List.of();
        }
        List<YamlItem> items = new ArrayList<>();
        for (Node item : entry.value instanceof SequenceNode sequence ? sequence.getValue() : List.of(entry.value)) {
            items.add(
                    item instanceof MappingNode
                            ? new YamlItem.Keys(new YamlMapping(file, name, item))
                            : new YamlItem.Text(scalar(key, item, expected)));
        }
        return items;
    }

    Optional<Integer> whole(String key, int min, int max) throws ModelsFileException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        String expected = "a whole number from " + min + " to " + max;
        String text = scalar(key, entry.value, expected);
        if (!WHOLE.matcher(text).matches() || Integer.parseInt(text) < min || Integer.parseInt(text) > max) {
            throw notExpected(key, expected);
        }
        return Optional.of(Integer.parseInt(text));
    }

    Optional<Boolean> flag(String key) throws ModelsFileException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        return switch (scalar(key, entry.value, "true or false")) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> throw notExpected(key, "true or false");
        };
    }

    Optional<Duration> duration(String key, Duration min, Duration max) throws ModelsFileException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        String expected = "a duration from " + show(min) + " to " + show(max) + " (units ms, s, m, h)";
        Matcher matcher = DURATION.matcher(scalar(key, entry.value, expected));
        if (!matcher.matches()) {
            throw notExpected(key, expected);
        }
        long number = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw notExpected(key, expected);
        }
        return Optional.of(duration);
    }

    /** Returns an error for {@code key} that names the expected value and quotes the value found. */
    ModelsFileException notExpected(String key, String expected) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return wrong(node, "key '" + key + "'" + inWhere() + " is missing: expected " + expected);
        }
        String found = entry.value instanceof ScalarNode scalar ? ", not '" + scalar.getValue() + "'" : "";
        return wrong(entry.value, "key '" + key + "'" + inWhere() + ": expected " + expected + found);
    }

    /** Returns an error for {@code key} whose value is well-formed but cannot be used. */
    ModelsFileException unusable(String key, String why) {
        Entry entry = entries.get(key);
        return wrong(entry == null ? node : entry.value, "key '" + key + "'" + inWhere() + ": " + why);
    }

    private String scalar(String key, Node value, String expected) throws ModelsFileException {
        if (value instanceof ScalarNode scalar
                && !isNull(scalar)
                && !scalar.getValue().isBlank()) {
            return scalar.getValue().strip();
        }
        throw notExpected(key, expected);
    }

    private static boolean isNull(Node value) {
        return value.getTag().equals(Tag.NULL);
    }

    private String inWhere() {
        return where.isEmpty() ? "" : " of " + where;
    }

    private ModelsFileException wrong(Node at, String what) {
        String line =
                at.getStartMark().map(mark -> ", line " + (mark.getLine() + 1)).orElse("");
        return new ModelsFileException(file + line + ": " + what);
    }

    private static String show(Duration duration) {
        if (duration.toMillis() % 1000 != 0 || duration.isZero()) {
            return duration.toMillis() + "ms";
        }
        return duration.toSeconds() % 3600 == 0 ? duration.toHours() + "h" : duration.toSeconds() + "s";
    }
}
