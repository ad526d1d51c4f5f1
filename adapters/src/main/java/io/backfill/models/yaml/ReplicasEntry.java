package io.backfill.models.yaml;

import io.backfill.models.ContextLength;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the replicas of a model. Each is an address, or a mapping of an address and the context length it is intended for. They are
 * listed under {@code replicas}, or under the deprecated key {@code endpoints}.
 */
final class ReplicasEntry {
    static final String KEY = "replicas";
    static final String DEPRECATED_KEY = "endpoints";

    private static final Pattern FROM_TO = Pattern.compile("([0-9]{1,9})-([0-9]{1,9})");

    private final YamlMapping entry;
    private final String key;
    private final List<URI> addresses = new ArrayList<>();
    private final Map<URI, ContextLength> contextLengths = new LinkedHashMap<>();

    /** @param key the one that {@link #keyIn} returns for the entry */
    ReplicasEntry(YamlMapping entry, String key) throws ModelsFileException {
        this.entry = entry;
        this.key = key;
        for (YamlItem item : entry.items(key, "a replica", ReplicaAddress.EXPECTED)) {
            switch (item) {
                case YamlItem.Text(String text) ->
                    add(ReplicaAddress.parse(text)
                            .orElseThrow(() -> entry.unusable(
                                    key, "expected " + ReplicaAddress.EXPECTED + ", not '" + text + "'")));
                case YamlItem.Keys(YamlMapping keys) -> add(keys);
            }
        }
        if (addresses.isEmpty()) {
            throw entry.notExpected(key, ReplicaAddress.EXPECTED);
        }
    }

    /** Returns the key under which the entry lists its replicas, or is expected to list them. */
    static String keyIn(YamlMapping entry) throws ModelsFileException {
        if (!entry.keys().contains(DEPRECATED_KEY)) {
            return KEY;
        }
        if (entry.keys().contains(KEY)) {
            throw entry.unusable(
                    DEPRECATED_KEY, "deprecated name of '" + KEY + "', which is also set; remove one of the two");
        }
        return DEPRECATED_KEY;
    }

    /** Returns the addresses in the order of the file, at least one. */
    List<URI> addresses() {
        return addresses;
    }

    Map<URI, ContextLength> contextLengths() {
        return contextLengths;
    }

    private void add(YamlMapping keys) throws ModelsFileException {
        keys.allowOnly(Set.of("url", "context-length"));
        URI address = keys.text("url")
                .flatMap(ReplicaAddress::parse)
                .orElseThrow(() -> keys.notExpected("url", ReplicaAddress.EXPECTED));
        add(address);
        Optional<String> contextLength = keys.text("context-length");
        if (contextLength.isPresent()) {
            contextLengths.put(address, contextLength(keys, contextLength.get()));
        }
    }

    private void add(URI address) throws ModelsFileException {
        if (addresses.contains(address)) {
            throw entry.unusable(key, address + " is listed twice");
        }
        addresses.add(address);
    }

    private static ContextLength contextLength(YamlMapping keys, String text) throws ModelsFileException {
        Matcher matcher = FROM_TO.matcher(text);
        if (matcher.matches()) {
            int min = Integer.parseInt(matcher.group(1));
            int max = Integer.parseInt(matcher.group(2));
            if (min <= max) {
                return new ContextLength(min, max);
            }
        }
        throw keys.notExpected("context-length", "a range of prompt lengths in tokens, such as 0-8192");
    }
}
