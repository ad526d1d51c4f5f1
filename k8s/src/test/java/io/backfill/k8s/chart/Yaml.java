package io.backfill.k8s.chart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** YAML as plain maps. Duplicate keys are rejected, which Helm does not do. */
final class Yaml {
    private static final Object NULL = new Object();
    private static final ObjectMapper JSON = new ObjectMapper();

    private Yaml() {}

    static List<Map<String, Object>> documents(String text) {
        List<Map<String, Object>> documents = new ArrayList<>();
        for (Object document : load().loadAllFromString(text)) {
            if (document != null) {
                documents.add(asMap(document));
            }
        }
        return documents;
    }

    static Map<String, Object> map(String text) {
        Object document = load().loadFromString(text);
        return document == null ? Map.of() : asMap(document);
    }

    /** Returns the map as JSON, which is YAML of every version: plain text such as "off" stays text. */
    static String text(Map<String, Object> map) {
        try {
            return JSON.writeValueAsString(map);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not plain YAML: " + map, e);
        }
    }

    /** Merges files of values as Helm does: maps are merged, everything else is replaced. */
    static Map<String, Object> merged(Map<String, Object> under, Map<String, Object> over) {
        Map<String, Object> merged = new LinkedHashMap<>(under);
        over.forEach((key, value) -> merged.merge(
                key,
                value == null ? NULL : value,
                (old, now) -> old instanceof Map && now instanceof Map ? merged(asMap(old), asMap(now)) : now));
        merged.replaceAll((key, value) -> value == NULL ? null : value);
        return merged;
    }

    /** Returns the value at the end of the path, or null. */
    static Object at(Object from, Object... path) {
        Object now = from;
        for (Object step : path) {
            if (now instanceof Map<?, ?> map) {
                now = map.get(step);
            } else if (now instanceof List<?> list) {
                now = list.get((Integer) step);
            } else {
                return null;
            }
        }
        return now;
    }

    @SuppressWarnings("unchecked") // all keys in these files are strings
    static Map<String, Object> asMap(Object value) {
        return (Map<String, Object>) value;
    }

    private static Load load() {
        return new Load(LoadSettings.builder().build());
    }
}
