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

/** Reads the endpoints of a model. Each is an address, or a mapping of an address and the context length it is intended for. */
final class EndpointsEntry {
    private static final String KEY = "endpoints";
    private static final Pattern FROM_TO = Pattern.compile("([0-9]{1,9})-([0-9]{1,9})");

    private final YamlMapping entry;
    private final List<URI> addresses = new ArrayList<>();
    private final Map<URI, ContextLength> contextLengths = new LinkedHashMap<>();

    EndpointsEntry(YamlMapping entry) throws ModelsFileException {
        this.entry = entry;
        for (YamlItem item : entry.items(KEY, "an endpoint", EndpointAddress.EXPECTED)) {
            switch (item) {
                case YamlItem.Text(String text) ->
                    add(EndpointAddress.parse(text)
                            .orElseThrow(() -> entry.unusable(
                                    KEY, "expected " + EndpointAddress.EXPECTED + ", not '" + text + "'")));
                case YamlItem.Keys(YamlMapping keys) -> add(keys);
            }
        }
        if (addresses.isEmpty()) {
            throw entry.notExpected(KEY, EndpointAddress.EXPECTED);
        }
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
                .flatMap(EndpointAddress::parse)
                .orElseThrow(() -> keys.notExpected("url", EndpointAddress.EXPECTED));
        add(address);
        Optional<String> contextLength = keys.text("context-length");
        if (contextLength.isPresent()) {
            contextLengths.put(address, contextLength(keys, contextLength.get()));
        }
    }

    private void add(URI address) throws ModelsFileException {
        if (addresses.contains(address)) {
            throw entry.unusable(KEY, address + " is listed twice");
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
